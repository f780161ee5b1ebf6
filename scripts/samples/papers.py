"""What is printed or written in the sample scenes: notices, signs, a badge, a register. Pillow only.

Every person, commune and number is invented; the procedures are written in the form that communes post them.
"""

import random
import subprocess
import unicodedata
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

COMMUNE = "XÃ SÔNG THƯA"
PROCEDURES = [
    ("Đăng ký khai sinh", "Trong ngày làm việc", "Miễn phí"),
    ("Đăng ký kết hôn", "Trong ngày làm việc", "Miễn phí"),
    ("Đăng ký khai tử", "Trong ngày làm việc", "Miễn phí"),
    ("Cấp giấy xác nhận tình trạng hôn nhân", "03 ngày làm việc", "15.000 đồng"),
    ("Cấp bản sao trích lục hộ tịch", "Trong ngày làm việc", "8.000 đồng/bản"),
    ("Chứng thực bản sao từ bản chính", "Trong ngày làm việc", "2.000 đồng/trang"),
    ("Chứng thực chữ ký trong giấy tờ", "Trong ngày làm việc", "10.000 đồng/lần"),
    ("Đăng ký thường trú", "07 ngày làm việc", "20.000 đồng"),
    ("Đăng ký tạm trú", "03 ngày làm việc", "15.000 đồng"),
    ("Đăng ký thành lập hộ kinh doanh", "03 ngày làm việc", "100.000 đồng"),
    ("Hưởng trợ cấp xã hội hằng tháng", "10 ngày làm việc", "Miễn phí"),
    ("Xác định mức độ khuyết tật", "25 ngày làm việc", "Miễn phí"),
    ("Hòa giải tranh chấp đất đai", "30 ngày", "Miễn phí"),
    ("Tiếp công dân tại cấp xã", "10 ngày làm việc", "Miễn phí"),
]
INK = (24, 24, 30)


def font(weight, size, family="Sans"):
    """A Noto face from Debian's fonts-noto-core: complete for Vietnamese."""
    return ImageFont.truetype(f"/usr/share/fonts/truetype/noto/Noto{family}-{weight}.ttf", size)


def centred(draw, box, text, face, fill, spacing=1.28):
    """Lines of text, centred in a box (left, top, right, bottom), all in NFC."""
    left, top, right, bottom = box
    lines = unicodedata.normalize("NFC", text).split("\n")
    step = int(face.size * spacing)
    y = (top + bottom) / 2 - step * len(lines) / 2
    for line in lines:
        draw.text(((left + right) / 2, y + step / 2), line, font=face, fill=fill, anchor="mm")
        y += step


def wrapped(draw, text, face, width):
    """Break a text into lines that fit a width in pixels."""
    lines, current = [], ""
    for word in text.split():
        trial = f"{current} {word}".strip()
        if draw.textlength(trial, font=face) > width and current:
            lines.append(current)
            current = word
        else:
            current = trial
    return [*lines, current]


def sheet(width, height, tint=(247, 246, 241)):
    """White paper that is not quite white nor quite even."""
    seed = Image.effect_noise((width // 8, height // 8), 14).resize((width, height), Image.BICUBIC)
    shade = seed.point(lambda v: 250 + (v - 128) // 12)
    page = Image.merge("RGB", [shade.point(lambda v, c=c: min(255, v * c // 252)) for c in tint])
    return page, ImageDraw.Draw(page)


def seal(page, centre, radius):
    """A round red stamp, half dry, as the clerk pressed it. No real seal looks like it."""
    layer = Image.new("RGBA", page.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    x, y = centre
    for r, w in ((radius, 9), (int(radius * 0.66), 4)):
        draw.ellipse((x - r, y - r, x + r, y + r), outline=(196, 30, 40, 205), width=w)
    centred(draw, (x - radius, y - radius, x + radius, y + radius), "UBND\nXÃ MẪU", font("Bold", radius // 4), (196, 30, 40, 210))
    dry = Image.effect_noise((page.width // 2, page.height // 2), 90).resize(page.size).point(lambda v: 255 if v > 92 else 90)
    alpha = Image.composite(layer.getchannel("A"), Image.new("L", page.size, 0), dry.point(lambda v: v if v > 200 else 120))
    layer.putalpha(alpha.filter(ImageFilter.GaussianBlur(1)))
    page.paste(layer, (0, 0), layer)


def table_notice(first, rows):
    """One landscape sheet of the posted list: number, procedure, time limit, fee."""
    page, draw = sheet(2380, 1684)
    centred(draw, (90, 60, 1000, 210), f"ỦY BAN NHÂN DÂN\n{COMMUNE}", font("Bold", 50, "Serif"), INK)
    centred(draw, (1150, 60, 2300, 210), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc", font("Bold", 50, "Serif"), INK)
    draw.line((380, 214, 710, 214), fill=INK, width=4)
    draw.line((1480, 214, 1970, 214), fill=INK, width=4)
    centred(draw, (0, 240, 2380, 400), "NIÊM YẾT THỦ TỤC HÀNH CHÍNH", font("Bold", 88, "Serif"), (170, 20, 26))
    columns = [100, 240, 1240, 1760, 2280]
    top, step = 420, 138
    draw.rectangle((columns[0], top, columns[-1], top + 110), fill=(206, 222, 240))
    heads = ["STT", "Tên thủ tục", "Thời hạn giải quyết", "Phí, lệ phí"]
    for head, a, b in zip(heads, columns, columns[1:]):
        centred(draw, (a, top, b, top + 110), head, font("Bold", 50), INK)
    y = top + 110
    for number, (name, limit, fee) in enumerate(rows, first):
        centred(draw, (columns[0], y, columns[1], y + step), str(number), font("Regular", 50), INK)
        face = font("Regular", 50)
        lines = wrapped(draw, name, face, columns[2] - columns[1] - 60)
        for i, line in enumerate(lines):
            draw.text((columns[1] + 30, y + step / 2 + (i - (len(lines) - 1) / 2) * 60), line, font=face, fill=INK, anchor="lm")
        centred(draw, (columns[2], y, columns[3], y + step), limit, font("Regular", 46), INK)
        centred(draw, (columns[3], y, columns[4], y + step), fee, font("Bold", 48), INK)
        draw.line((columns[0], y, columns[-1], y), fill=INK, width=3)
        y += step
    draw.rectangle((columns[0], top, columns[-1], y), outline=INK, width=5)
    for x in columns[1:-1]:
        draw.line((x, top, x, y), fill=INK, width=3)
    return page


def text_notice(title, paragraphs, stamped=True):
    """A portrait sheet: heading, a few paragraphs, signature and stamp."""
    page, draw = sheet(1684, 2380)
    centred(draw, (60, 60, 1624, 200), f"ỦY BAN NHÂN DÂN {COMMUNE}", font("Bold", 60, "Serif"), INK)
    draw.line((560, 196, 1124, 196), fill=INK, width=4)
    centred(draw, (60, 230, 1624, 230 + 120 * (title.count("\n") + 1)), title, font("Bold", 88, "Serif"), (170, 20, 26))
    y = 280 + 120 * (title.count("\n") + 1)
    face = font("Regular", 74)
    for paragraph in paragraphs:
        for line in wrapped(draw, paragraph, face, 1410):
            draw.text((140, y), line, font=face, fill=INK)
            y += 104
        y += 40
    if stamped:
        centred(draw, (860, 1880, 1580, 2000), "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH", font("Bold", 48, "Serif"), INK)
        centred(draw, (860, 2230, 1580, 2300), "Trần Thị Mẫu", font("Bold", 52, "Serif"), INK)
        seal(page, (1040, 2110), 150)
    return page


def banner(text, size, ground=(24, 62, 140), letters=(252, 222, 84), height=0.42):
    """A printed sign: capitals on a coloured ground with a thin rim."""
    page = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(page)
    rim = size[1] // 22
    draw.rectangle((rim, rim, size[0] - rim, size[1] - rim), outline=letters, width=max(3, rim // 4))
    lines = text.count("\n") + 1
    face = font("Bold", int(size[1] * height / lines))
    longest = max(draw.textlength(line, font=face) for line in text.split("\n"))
    if longest > size[0] * 0.92:
        face = font("Bold", int(face.size * size[0] * 0.92 / longest))
    centred(draw, (0, 0, *size), text, face, letters)
    return page


def lookup_notice():
    """A poster with a square code that leads nowhere: random modules between three finder marks."""
    page, draw = sheet(1684, 2380)
    centred(draw, (60, 120, 1624, 520), "QUÉT MÃ TRA CỨU\nTÌNH TRẠNG HỒ SƠ", font("Bold", 130), (20, 66, 146))
    rng, n, size = random.Random(5), 29, 42
    left, top = (1684 - n * size) // 2, 640
    for j in range(n):
        for i in range(n):
            corner = min(i, n - 1 - i) < 8 and min(j, n - 1 - j) < 8 and not (i > 8 and j > 8)
            if not corner and rng.random() < 0.5:
                draw.rectangle((left + i * size, top + j * size, left + (i + 1) * size, top + (j + 1) * size), fill=INK)
    for i, j in ((0, 0), (n - 7, 0), (0, n - 7)):
        for inset, colour in ((0, INK), (1, (247, 246, 241)), (2, INK)):
            draw.rectangle((left + (i + inset) * size, top + (j + inset) * size, left + (i + 7 - inset) * size, top + (j + 7 - inset) * size), fill=colour)
    centred(draw, (60, 1960, 1624, 2260), "Không cần đến quầy.\nMỗi hồ sơ có một mã riêng.", font("Regular", 92), INK)
    return page


def steps_notice():
    """A wide poster: the four steps of a visit to the counter."""
    page, draw = sheet(2400, 1200)
    draw.rectangle((0, 0, 2400, 230), fill=(20, 110, 70))
    centred(draw, (0, 0, 2400, 230), "QUY TRÌNH GIẢI QUYẾT HỒ SƠ", font("Bold", 120), (255, 255, 255))
    steps = ["Nộp hồ sơ\ntại quầy", "Nhận giấy hẹn\ntrả kết quả", "Phòng chuyên môn\nthẩm định", "Nhận kết quả\nvà đánh giá"]
    for i, text in enumerate(steps):
        x = 60 + i * 580
        draw.rounded_rectangle((x, 460, x + 500, 940), 40, fill=(226, 240, 230), outline=(20, 110, 70), width=8)
        draw.ellipse((x + 170, 330, x + 330, 490), fill=(206, 60, 30))
        centred(draw, (x + 170, 330, x + 330, 490), str(i + 1), font("Bold", 104), (255, 255, 255))
        centred(draw, (x, 500, x + 500, 920), text, font("Bold", 50), INK)
        if i < 3:
            draw.polygon([(x + 512, 660), (x + 568, 700), (x + 512, 740)], fill=(20, 110, 70))
    centred(draw, (0, 980, 2400, 1160), "Hồ sơ trễ hẹn: Ủy ban nhân dân xã có văn bản xin lỗi và hẹn lại ngày trả kết quả.", font("Italic", 54), INK)
    return page


def portrait(width, height):
    """The photo on the badge: a drawn figure, nobody's face."""
    face = Image.new("RGB", (width, height), (92, 140, 196))
    draw = ImageDraw.Draw(face)
    cx = width / 2
    draw.ellipse((cx - width * 0.46, height * 0.66, cx + width * 0.46, height * 1.5), fill=(236, 238, 242))
    draw.polygon([(cx - 0.1 * width, 0.66 * height), (cx + 0.1 * width, 0.66 * height), (cx, 0.84 * height)], fill=(206, 162, 132))
    draw.rectangle((cx - 0.1 * width, 0.5 * height, cx + 0.1 * width, 0.7 * height), fill=(206, 162, 132))
    draw.ellipse((cx - 0.24 * width, 0.16 * height, cx + 0.24 * width, 0.62 * height), fill=(222, 178, 146))
    draw.pieslice((cx - 0.27 * width, 0.1 * height, cx + 0.27 * width, 0.56 * height), 178, 362, fill=(26, 22, 24))
    draw.polygon([(cx - 0.05 * width, 0.72 * height), (cx + 0.05 * width, 0.72 * height), (cx + 0.035 * width, height), (cx - 0.035 * width, height)], fill=(36, 48, 110))
    for x in (-0.1, 0.1):
        draw.ellipse((cx + (x - 0.02) * width, 0.37 * height, cx + (x + 0.02) * width, 0.395 * height), fill=(40, 30, 28))
    draw.arc((cx - 0.09 * width, 0.46 * height, cx + 0.09 * width, 0.54 * height), 20, 160, fill=(150, 84, 76), width=5)
    return face.filter(ImageFilter.GaussianBlur(2.2))


def badge():
    """A staff badge: blue head, drawn portrait, name, post, number."""
    page, draw = sheet(1720, 1080, (250, 250, 250))
    draw.rectangle((0, 0, 1720, 250), fill=(20, 66, 146))
    centred(draw, (0, 12, 1720, 240), f"ỦY BAN NHÂN DÂN {COMMUNE}\nTHẺ CÔNG CHỨC", font("Bold", 78), (255, 255, 255))
    page.paste(portrait(480, 640), (90, 330))
    draw.rectangle((90, 330, 570, 970), outline=(120, 120, 128), width=4)
    rows = [("Họ và tên:", "NGUYỄN VĂN MẪU", 92), ("Chức vụ:", "Công chức Tư pháp - Hộ tịch", 66),
            ("Bộ phận:", "Tiếp nhận và Trả kết quả", 66), ("Số thẻ:", "ST-0042", 66)]
    y = 320
    for label, value, size in rows:
        draw.text((640, y), label, font=font("Regular", 46), fill=(90, 94, 104))
        draw.text((640, y + 54), value, font=font("Bold", size), fill=(170, 20, 26) if size > 80 else INK)
        y += 176 if size > 80 else 156
    draw.rectangle((0, 1030, 1720, 1080), fill=(214, 40, 46))
    return page


def hand(folder):
    """A handwriting face with Vietnamese: Patrick Hand, as npm's @fontsource/patrick-hand ships it, in three subsets."""
    folder = Path(folder)
    if not folder.exists():
        folder.mkdir(parents=True)
        subprocess.run(["npm", "pack", "--silent", "@fontsource/patrick-hand@5"], cwd=folder, check=True)
        subprocess.run(["tar", "xzf", *[p.name for p in folder.glob("*.tgz")]], cwd=folder, check=True)
    files = folder / "package" / "files"
    return [files / f"patrick-hand-{part}-400-normal.woff2" for part in ("latin", "vietnamese", "latin-ext")]


def write(draw, at, text, faces, fill, rng):
    """Handwriting: glyph by glyph, each a little off, from whichever subset holds the glyph."""
    x, y = at
    for letter in unicodedata.normalize("NFC", text):
        face = next((f for f, known in faces if ord(letter) in known), faces[0][0])
        draw.text((x + rng.uniform(-1, 1), y + rng.uniform(-3, 3)), letter, font=face, fill=fill, anchor="ls")
        x += draw.textlength(letter, font=face) * rng.uniform(0.96, 1.02)


def register(folder):
    """Two pages of the register of received files, ruled and filled in by hand."""
    from fontTools.ttLib import TTFont

    rng = random.Random(7)
    subsets = hand(folder)
    faces = [(ImageFont.truetype(str(path), 62), set(TTFont(path).getBestCmap())) for path in subsets]
    names = ["Phạm Thị Ví Dụ", "Lê Văn Thử", "Hồ Thị Mẫu", "Đặng Văn Giả", "Võ Thị Thí", "Bùi Văn Dụ", "Ngô Thị Nháp", "Huỳnh Văn Tạm"]
    pages = []
    for side in range(2):
        page, draw = sheet(1500, 2100, (246, 241, 226))
        centred(draw, (0, 70, 1500, 190), "SỔ THEO DÕI HỒ SƠ" if side == 0 else "KẾT QUẢ GIẢI QUYẾT", font("Bold", 74, "Serif"), (40, 50, 90))
        columns = [70, 200, 760, 1430] if side == 0 else [70, 420, 860, 1430]
        heads = ["Số", "Người nộp", "Thủ tục"] if side == 0 else ["Ngày nhận", "Ngày hẹn trả", "Ký nhận"]
        for head, a, b in zip(heads, columns, columns[1:]):
            centred(draw, (a, 230, b, 330), head, font("Bold", 48, "Serif"), (40, 50, 90))
        for i in range(15):
            y = 230 + 100 + i * 112
            draw.line((70, y, 1430, y), fill=(120, 146, 186), width=3)
        draw.rectangle((70, 230, 1430, 330 + 14 * 112), outline=(90, 110, 150), width=4)
        for x in columns[1:-1]:
            draw.line((x, 230, x, 330 + 14 * 112), fill=(120, 146, 186), width=3)
        for i in range(11):
            y = 330 + i * 112 + 82
            day = 2 + i // 3
            ink = (28, 44, 128) if i % 4 else (34, 34, 40)
            short = ["Khai sinh", "Chứng thực bản sao", "Đăng ký tạm trú", "Kết hôn", "Trích lục hộ tịch"][(i * 3) % 5]
            cells = [f"{118 + i}", names[(i * 5) % 8], short] if side == 0 else [f"{day:02}/11/2026", f"{day + 3:02}/11/2026", names[(i * 5) % 8].split()[-1] if i < 8 else ""]
            for x, cell in zip(columns, cells):
                write(draw, (x + 24 + rng.uniform(0, 14), y + rng.uniform(-6, 4)), cell, faces, ink, rng)
        pages.append(page)
    return pages


def draw_all(folder, fonts):
    """Write every texture as PNG into a folder."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    hours = ["Buổi sáng: từ 07 giờ 30 đến 11 giờ 30.", "Buổi chiều: từ 13 giờ 30 đến 17 giờ 00.", "Từ thứ Hai đến thứ Sáu hằng tuần, trừ ngày lễ, Tết.",
             "Sáng thứ Bảy: tiếp nhận hồ sơ hộ tịch và chứng thực.", "Tiếp công dân của lãnh đạo: ngày 10 và ngày 25 hằng tháng."]
    complain = ["Tổ chức, cá nhân phản ánh, kiến nghị về quy định hành chính và hành vi của cán bộ, công chức xin gửi về:",
                "1. Hòm thư góp ý đặt tại Bộ phận Tiếp nhận và Trả kết quả.", "2. Điện thoại đường dây nóng: 0200 000 042 (giờ hành chính).",
                "3. Thư điện tử: gopy@songthua.example", "Ý kiến được trả lời trong thời hạn 05 ngày làm việc."]
    fees = ["Thu đúng mức niêm yết, có biên lai.", "Miễn lệ phí cho trẻ em, người cao tuổi, hộ nghèo, người có công với cách mạng.",
            "Nộp trực tuyến: giảm 50% mức lệ phí.", "Không thu thêm bất kỳ khoản nào khác."]
    papers = {
        "list_a": table_notice(1, PROCEDURES[:7]),
        "list_b": table_notice(8, PROCEDURES[7:]),
        "hours": text_notice("LỊCH LÀM VIỆC", hours),
        "complain": text_notice("TIẾP NHẬN PHẢN ÁNH,\nKIẾN NGHỊ", complain),
        "fees": text_notice("CÔNG KHAI PHÍ,\nLỆ PHÍ NĂM 2026", fees),
        "lookup": lookup_notice(),
        "steps": steps_notice(),
        "board_head": banner(f"UBND {COMMUNE}\nBẢNG NIÊM YẾT THỦ TỤC HÀNH CHÍNH", (4800, 560), (178, 24, 30), height=0.66),
        "desk_sign": banner("BỘ PHẬN TIẾP NHẬN VÀ TRẢ KẾT QUẢ", (4200, 520)),
        "desk_front": banner(f"TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG\n{COMMUNE}", (3200, 640), (236, 240, 246), (20, 66, 146), height=0.5),
        "window_no": banner("QUẦY SỐ 2\nTƯ PHÁP - HỘ TỊCH", (1200, 620), (250, 250, 250), (178, 24, 30), height=0.6),
        "badge": badge(),
    }
    papers["page_left"], papers["page_right"] = register(fonts)
    for name, image in papers.items():
        image.save(folder / f"{name}.png")
