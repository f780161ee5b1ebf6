"""The sample scenes as Blender rooms, rendered by Cycles (PyPI `bpy`): light, shadow and lens come from physics."""

import math
import random
from pathlib import Path

import bpy
from mathutils import Vector


class Room:
    """A scene under construction. Lengths are metres; the back wall is the plane y = 0, the camera looks along +y."""

    def __init__(self, textures, seed):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self.textures = Path(textures)
        self.rng = random.Random(seed)
        self.scene = bpy.context.scene
        self.world(0.25)

    def world(self, strength, colour=(0.75, 0.85, 1.0)):
        world = bpy.data.worlds.new("sky")
        world.use_nodes = True
        world.node_tree.nodes["Background"].inputs[0].default_value = (*colour, 1)
        world.node_tree.nodes["Background"].inputs[1].default_value = strength
        self.scene.world = world

    def paint(self, colour, rough=0.7, bump=0.0, scale=60.0, mottle=0.06, metal=0.0, coat=0.0):
        """A painted or plastic surface with uneven colour and a little relief."""
        material = bpy.data.materials.new("paint")
        material.use_nodes = True
        nodes, links = material.node_tree.nodes, material.node_tree.links
        body = nodes["Principled BSDF"]
        body.inputs["Roughness"].default_value = rough
        body.inputs["Metallic"].default_value = metal
        body.inputs["Coat Weight"].default_value = coat
        place = nodes.new("ShaderNodeTexCoord")
        stain = nodes.new("ShaderNodeTexNoise")
        stain.inputs["Scale"].default_value = 2.3
        stain.inputs["Detail"].default_value = 3
        links.new(place.outputs["Object"], stain.inputs["Vector"])
        ramp = nodes.new("ShaderNodeValToRGB")
        ramp.color_ramp.elements[0].position, ramp.color_ramp.elements[1].position = 0.3, 0.7
        ramp.color_ramp.elements[0].color = (*[c * (1 - mottle) for c in colour], 1)
        ramp.color_ramp.elements[1].color = (*[min(1, c * (1 + mottle)) for c in colour], 1)
        links.new(stain.outputs[0], ramp.inputs[0])
        links.new(ramp.outputs[0], body.inputs["Base Color"])
        if bump:
            grain = nodes.new("ShaderNodeTexNoise")
            grain.inputs["Scale"].default_value = scale
            grain.inputs["Detail"].default_value = 2
            links.new(place.outputs["Object"], grain.inputs["Vector"])
            relief = nodes.new("ShaderNodeBump")
            relief.inputs["Strength"].default_value = bump
            relief.inputs["Distance"].default_value = 0.004
            links.new(grain.outputs[0], relief.inputs["Height"])
            links.new(relief.outputs[0], body.inputs["Normal"])
        return material

    def wood(self, dark, light, stretch=(1.2, 14, 14), rough=0.38, coat=0.25):
        """Varnished wood: bands of noise, drawn out along one axis."""
        material = self.paint(light, rough, coat=coat)
        nodes, links = material.node_tree.nodes, material.node_tree.links
        place, turn = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeMapping")
        turn.inputs["Scale"].default_value = stretch
        rings = nodes.new("ShaderNodeTexNoise")
        rings.inputs["Scale"].default_value = 3.0
        rings.inputs["Detail"].default_value = 5
        rings.inputs["Distortion"].default_value = 1.4
        ramp = nodes.new("ShaderNodeValToRGB")
        ramp.color_ramp.elements[0].position, ramp.color_ramp.elements[1].position = 0.34, 0.66
        ramp.color_ramp.elements[0].color, ramp.color_ramp.elements[1].color = (*dark, 1), (*light, 1)
        links.new(place.outputs["Object"], turn.inputs[0])
        links.new(turn.outputs[0], rings.inputs["Vector"])
        links.new(rings.outputs[0], ramp.inputs[0])
        links.new(ramp.outputs[0], nodes["Principled BSDF"].inputs["Base Color"])
        return material

    def tiles(self, colour, size=0.5):
        """Glazed floor tiles with grey joints."""
        material = self.paint(colour, 0.16)
        nodes, links = material.node_tree.nodes, material.node_tree.links
        place, brick = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeTexBrick")
        brick.offset, brick.inputs["Scale"].default_value = 0.0, 1 / size
        brick.inputs["Brick Width"].default_value = brick.inputs["Row Height"].default_value = 1.0
        brick.inputs["Mortar Size"].default_value = 0.006
        brick.inputs["Color1"].default_value = (*colour, 1)
        brick.inputs["Color2"].default_value = (*[c * 0.94 for c in colour], 1)
        brick.inputs["Mortar"].default_value = (0.22, 0.2, 0.18, 1)
        links.new(place.outputs["Object"], brick.inputs[0])
        links.new(brick.outputs[0], nodes["Principled BSDF"].inputs["Base Color"])
        return material

    def printed(self, name, rough=0.6, coat=0.0, glow=0.0):
        """A surface that carries one of the printed papers."""
        material = bpy.data.materials.new(name)
        material.use_nodes = True
        nodes, links = material.node_tree.nodes, material.node_tree.links
        picture = nodes.new("ShaderNodeTexImage")
        picture.image = bpy.data.images.load(str(self.textures / f"{name}.png"))
        picture.interpolation = "Cubic"
        body = nodes["Principled BSDF"]
        body.inputs["Roughness"].default_value = rough
        body.inputs["Coat Weight"].default_value = coat
        links.new(picture.outputs[0], body.inputs["Base Color"])
        if glow:
            links.new(picture.outputs[0], body.inputs["Emission Color"])
            body.inputs["Emission Strength"].default_value = glow
        return material

    def box(self, size, at, material, turn=(0, 0, 0), bevel=0.004):
        bpy.ops.mesh.primitive_cube_add(size=1, location=at, rotation=[math.radians(a) for a in turn])
        thing = bpy.context.object
        thing.scale = size
        bpy.ops.object.transform_apply(location=False, rotation=False, scale=True)
        thing.data.materials.append(material)
        if bevel:
            edge = thing.modifiers.new("bevel", "BEVEL")
            edge.width, edge.segments = min(bevel, min(size) * 0.45), 3
        return thing

    def rod(self, radius, length, at, material, turn=(0, 0, 0), vertices=32):
        bpy.ops.mesh.primitive_cylinder_add(radius=radius, depth=length, location=at, vertices=vertices, rotation=[math.radians(a) for a in turn])
        bpy.context.object.data.materials.append(material)
        bpy.ops.object.shade_smooth_by_angle()
        return bpy.context.object

    def ball(self, radius, at, material):
        bpy.ops.mesh.primitive_uv_sphere_add(radius=radius, location=at, segments=24, ring_count=16)
        bpy.context.object.data.materials.append(material)
        bpy.ops.object.shade_smooth()

    def paper(self, name, width, height, at, turn=(90, 0, 0), curl=0.0, rough=0.6, coat=0.0, glow=0.0, bend=None):
        """A sheet with real corners: flat, with curling edges, or bent by a function of (u, v) in 0…1."""
        n = 40
        vertices, faces, uvs = [], [], []
        phase = self.rng.uniform(0, 6)
        for j in range(n + 1):
            for i in range(n + 1):
                u, v = i / n, j / n
                lift = curl * ((2 * u - 1) ** 4 * (1 - v) ** 2 + 0.35 * math.sin(phase + 5 * u + 2 * v) * (1 - v))
                lift = bend(u, v) if bend else max(lift, 0.0) + 0.0006
                vertices.append(((u - 0.5) * width, (v - 0.5) * height, lift))
                uvs.append((u, v))
        for j in range(n):
            for i in range(n):
                a = j * (n + 1) + i
                faces.append((a, a + 1, a + n + 2, a + n + 1))
        mesh = bpy.data.meshes.new(name)
        mesh.from_pydata(vertices, [], faces)
        layer = mesh.uv_layers.new()
        for loop in mesh.loops:
            layer.data[loop.index].uv = uvs[loop.vertex_index]
        thing = bpy.data.objects.new(name, mesh)
        thing.location, thing.rotation_euler = at, [math.radians(a) for a in turn]
        self.scene.collection.objects.link(thing)
        mesh.materials.append(self.printed(name, rough, coat, glow))
        mesh.shade_smooth()
        return thing

    def lamp(self, at, target, size, watts, colour=(1, 1, 1)):
        light = bpy.data.lights.new("lamp", "AREA")
        light.shape, light.size, light.size_y, light.energy, light.color = "RECTANGLE", size[0], size[1], watts, colour
        thing = bpy.data.objects.new("lamp", light)
        thing.location = at
        thing.rotation_euler = (Vector(target) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
        self.scene.collection.objects.link(thing)

    def shoot(self, path, at, target, lens, size, samples, roll=0.0, focus=None, f_stop=None, exposure=0.0, scale=1.0):
        """Render what a phone held at a place sees; lens is the focal length on a 36 mm film."""
        camera = bpy.data.cameras.new("phone")
        camera.lens = lens
        camera.sensor_fit = "HORIZONTAL" if size[0] > size[1] else "VERTICAL"
        if focus:
            camera.dof.use_dof, camera.dof.aperture_fstop = True, f_stop
            camera.dof.focus_distance = (Vector(focus) - Vector(at)).length
        thing = bpy.data.objects.new("phone", camera)
        thing.location = at
        thing.rotation_euler = (Vector(target) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
        thing.rotation_euler.rotate_axis("Z", math.radians(roll))
        self.scene.collection.objects.link(thing)
        scene, render = self.scene, self.scene.render
        scene.camera = thing
        render.engine = "CYCLES"
        scene.cycles.samples, scene.cycles.use_adaptive_sampling = samples, False
        scene.cycles.use_denoising, scene.cycles.denoiser = True, "OPENIMAGEDENOISE"
        scene.cycles.max_bounces, scene.cycles.diffuse_bounces, scene.cycles.glossy_bounces = 4, 2, 2
        scene.cycles.caustics_reflective = scene.cycles.caustics_refractive = False
        render.resolution_x, render.resolution_y = int(size[0] * scale), int(size[1] * scale)
        scene.view_settings.view_transform, scene.view_settings.look = "Filmic", "High Contrast"
        scene.view_settings.exposure = exposure
        render.image_settings.file_format, render.image_settings.color_depth = "PNG", "16"
        render.image_settings.compression = 20
        render.filepath = str(path)
        bpy.ops.render.render(write_still=True)


def walls(room, upper=(0.80, 0.74, 0.55), lower=(0.16, 0.33, 0.28), split=1.1):
    """A back wall in two coats of paint, a side wall with light from a window, a ceiling, a tiled floor."""
    room.box((14, 0.2, 3.4), (0, 0.1, split + 1.7), room.paint(upper, 0.75, 0.35, 90), bevel=0)
    room.box((14, 0.2, split), (0, 0.099, split / 2), room.paint(lower, 0.35, 0.2, 70, 0.1), bevel=0)
    room.box((14, 0.03, 0.03), (0, -0.004, split), room.wood((0.10, 0.045, 0.02), (0.19, 0.09, 0.04)))
    room.box((14, 12, 0.1), (0, -5, -0.05), room.tiles((0.62, 0.58, 0.52)), bevel=0)
    room.box((14, 12, 0.1), (0, -5, 3.6), room.paint((0.85, 0.85, 0.82), 0.9), bevel=0)
    room.box((0.2, 12, 4), (4.6, -5, 1.8), room.paint(upper, 0.8, 0.3, 90), bevel=0)
    white = room.paint((0.85, 0.85, 0.83), 0.4)
    room.box((14, 0.025, 0.12), (0, -0.012, 0.06), room.paint((0.25, 0.12, 0.08), 0.3))
    return white


def notice_board(textures, path, samples, scale):
    room = Room(textures, 3)
    white = walls(room)
    steel = room.paint((0.62, 0.63, 0.65), 0.28, metal=1.0)
    y, z = -0.05, 1.75
    room.box((2.62, 0.04, 1.72), (0, y, z), room.paint((0.05, 0.14, 0.095), 0.95, 0.6, 700, 0.12), bevel=0)
    for size, at in (((2.72, 0.07, 0.05), (0, y - 0.01, z + 0.87)), ((2.72, 0.07, 0.05), (0, y - 0.01, z - 0.87)),
                     ((0.05, 0.07, 1.78), (-1.335, y - 0.01, z)), ((0.05, 0.07, 1.78), (1.335, y - 0.01, z))):
        room.box(size, at, steel, bevel=0.008)
    face = y - 0.0225
    room.paper("board_head", 2.5, 0.292, (0, face - 0.004, z + 0.68), rough=0.35)
    pins = [room.paint(c, 0.25) for c in ((0.7, 0.03, 0.03), (0.03, 0.12, 0.55), (0.75, 0.55, 0.02))]
    sheets = [("list_a", 0.84, 0.594, -0.81, 0.2, 0.9), ("list_b", 0.84, 0.594, -0.80, -0.47, -0.7),
              ("hours", 0.50, 0.707, -0.05, 0.11, -1.2), ("complain", 0.50, 0.707, 0.53, 0.13, 0.6),
              ("lookup", 0.34, 0.48, 1.05, 0.24, 1.4), ("steps", 0.84, 0.42, 0.15, -0.53, 0.7), ("fees", 0.40, 0.566, 1.04, -0.50, -1.3)]
    for name, w, h, x, dz, turn in sheets:
        room.paper(name, w, h, (x, face - 0.002, z + dz), (90, turn, 0), curl=0.014)
        for dx in (-1, 1):
            room.ball(0.0085, (x + dx * (w / 2 - 0.025), face - 0.009, z + dz + h / 2 - 0.02), room.rng.choice(pins))
    # A socket, its conduit and a fire-drill box: what walls of offices have.
    room.box((0.12, 0.012, 0.075), (1.75, -0.008, 0.82), white)
    room.box((0.022, 0.016, 1.9), (1.75, -0.008, 1.8), white)
    for dx in (-0.028, 0.028):
        room.rod(0.008, 0.003, (1.75 + dx, -0.0145, 0.82), room.paint((0.05, 0.05, 0.05), 0.5), (90, 0, 0))
    red = room.paint((0.55, 0.02, 0.02), 0.25, coat=0.5)
    room.rod(0.075, 0.46, (-1.78, -0.12, 0.75), red)
    room.rod(0.022, 0.09, (-1.78, -0.12, 1.02), room.paint((0.04, 0.04, 0.04), 0.4))
    room.box((0.14, 0.03, 0.02), (-1.76, -0.12, 1.06), steel)
    bench = room.paint((0.05, 0.14, 0.36), 0.3, coat=0.4)
    for i in range(3):
        room.box((0.46, 0.44, 0.03), (0.2 + i * 0.52, -0.75, 0.44), bench, bevel=0.015)
        room.box((0.46, 0.03, 0.40), (0.2 + i * 0.52, -0.52, 0.68), bench, (-8, 0, 0), bevel=0.012)
    room.box((1.7, 0.05, 0.05), (0.72, -0.72, 0.39), steel)
    room.lamp((-4.2, -2.6, 2.2), (0, 0, 1.6), (1.6, 1.8), 150, (1.0, 0.95, 0.86))
    room.lamp((0.4, -1.9, 3.4), (0.2, -1.0, 0), (1.2, 0.1), 60, (0.88, 0.95, 1.0))
    room.shoot(path, (0.42, -2.72, 1.62), (-0.03, 0, 1.62), 27, (4000, 3000), samples, 0.8, exposure=-0.15, scale=scale)


def desk(textures, path, samples, scale):
    room = Room(textures, 5)
    white = walls(room, split=1.0)
    oak = room.wood((0.20, 0.09, 0.035), (0.40, 0.21, 0.09))
    black, steel = room.paint((0.02, 0.02, 0.022), 0.35), room.paint((0.6, 0.6, 0.62), 0.25, metal=1.0)
    room.box((3.3, 0.05, 0.44), (0, -0.03, 2.5), steel)
    room.paper("desk_sign", 3.24, 0.4, (0, -0.058, 2.5), rough=0.3, coat=0.3)
    # The counter: a wooden front with the centre's name, a stone top, a lower working place behind it.
    front = -1.45
    room.box((4.2, 0.06, 1.02), (0.1, front, 0.51), oak)
    room.box((4.36, 0.46, 0.045), (0.1, front + 0.12, 1.045), room.paint((0.09, 0.075, 0.07), 0.12, 0.0, 60, 0.5, coat=0.6))
    room.box((4.2, 0.7, 0.03), (0.1, front + 0.55, 0.76), oak)
    room.paper("desk_front", 2.1, 0.42, (-0.1, front - 0.034, 0.58), rough=0.4)
    for x in (-1.2, 1.3):
        room.box((0.02, 0.065, 0.98), (x, front - 0.002, 0.51), room.paint((0.1, 0.05, 0.02), 0.4))
    for i, x in enumerate((-0.95, 0.95)):
        room.box((0.60, 0.03, 0.36), (x, front + 0.52, 1.18), black, (-6, 0, (-12, 8)[i]), bevel=0.01)
        room.box((0.06, 0.05, 0.3), (x, front + 0.56, 0.92), black)
        room.box((0.26, 0.2, 0.015), (x, front + 0.55, 0.785), black)
        room.box((0.5, 0.48, 0.07), (x, front + 1.08, 0.50), room.paint((0.03, 0.03, 0.035), 0.8), bevel=0.03)
        room.box((0.46, 0.06, 0.66), (x + 0.02, front + 1.28, 0.86), room.paint((0.03, 0.035, 0.05), 0.7, 0.4, 900), (-7, 0, 4 - 9 * i), bevel=0.028)
    # On the counter: window number, trays of files, pens, hand gel, a plant.
    room.box((0.36, 0.012, 0.19), (0.1, front + 0.1, 1.165), white, (-12, 0, -4))
    room.paper("window_no", 0.35, 0.18, (0.0997, front + 0.0935, 1.165), (78, 0, -4), rough=0.25, coat=0.5)
    for i in range(9):
        tint = room.rng.choice([(0.75, 0.74, 0.70), (0.62, 0.50, 0.30), (0.75, 0.75, 0.73), (0.35, 0.5, 0.62)])
        room.box((0.22, 0.31, 0.012), (-1.28, front + 0.14, 1.075 + i * 0.0125), room.paint(tint, 0.7), (0, 0, room.rng.uniform(-7, 7)), bevel=0.002)
    for i in range(5):
        room.box((0.22, 0.31, 0.006), (1.02, front + 0.12, 1.071 + i * 0.0065), room.paint((0.78, 0.78, 0.76), 0.7), (0, 0, 16 + room.rng.uniform(-5, 5)), bevel=0.001)
    room.paper("hours", 0.21, 0.297, (1.02, front + 0.12, 1.1035), (0, 0, 17), curl=0.006)
    room.paper("list_b", 0.297, 0.21, (-0.52, front + 0.07, 1.0685), (0, 0, -21), curl=0.008)
    room.rod(0.042, 0.1, (0.56, front + 0.12, 1.118), room.paint((0.04, 0.16, 0.42), 0.3))
    for i in range(5):
        a = i * 1.26
        room.rod(0.0045, 0.15, (0.56 + 0.02 * math.cos(a), front + 0.12 + 0.02 * math.sin(a), 1.19), room.paint(room.rng.choice([(0.02, 0.05, 0.5), (0.6, 0.02, 0.02), (0.02, 0.02, 0.02)]), 0.3), (12 * math.sin(a), 12 * math.cos(a), 0))
    gel = room.paint((0.75, 0.82, 0.85), 0.15, coat=0.8)
    room.rod(0.035, 0.13, (1.55, front + 0.1, 1.132), gel)
    room.rod(0.012, 0.05, (1.55, front + 0.1, 1.222), white)
    room.box((0.06, 0.014, 0.012), (1.535, front + 0.09, 1.25), white)
    room.rod(0.075, 0.13, (1.95, front + 0.12, 1.132), room.paint((0.55, 0.25, 0.14), 0.6))
    leaf = room.paint((0.05, 0.20, 0.04), 0.35)
    for i in range(26):
        a, tilt = room.rng.uniform(0, 6.28), room.rng.uniform(10, 62)
        reach = 0.13 * math.sin(math.radians(tilt))
        room.box((0.022, 0.002, 0.26), (1.95 + reach * math.cos(a), front + 0.12 + reach * math.sin(a), 1.2 + 0.13 * math.cos(math.radians(tilt))), leaf, (0, tilt, math.degrees(a)), bevel=0.0009)
    # Behind: a cabinet with binders, a wall clock.
    room.box((1.5, 0.42, 1.9), (-2.3, -0.24, 0.95), room.paint((0.55, 0.57, 0.58), 0.35))
    for shelf in range(4):
        room.box((1.38, 0.03, 0.38), (-2.3, -0.44, 0.32 + shelf * 0.44), black, bevel=0)
        x = -2.93
        while x < -1.72:
            w = room.rng.choice([0.04, 0.06, 0.075])
            room.box((w - 0.004, 0.2, 0.31), (x + w / 2, -0.40, 0.30 + shelf * 0.44), room.paint(room.rng.choice([(0.04, 0.1, 0.36), (0.42, 0.05, 0.05), (0.05, 0.26, 0.15), (0.6, 0.6, 0.58), (0.5, 0.38, 0.06)]), 0.4), bevel=0.003)
            x += w
    room.rod(0.16, 0.03, (2.05, -0.02, 2.5), white, (90, 0, 0), 64)
    room.rod(0.145, 0.032, (2.05, -0.022, 2.5), room.paint((0.88, 0.88, 0.86), 0.4), (90, 0, 0), 64)
    for length, turn in ((0.075, 62), (0.11, -118)):
        a = math.radians(turn)
        room.box((0.008, 0.003, length), (2.05 + math.sin(a) * length / 2, -0.041, 2.5 + math.cos(a) * length / 2), black, (0, turn, 0), bevel=0)
    for k in range(12):
        a = math.radians(k * 30)
        room.box((0.006, 0.002, 0.02), (2.05 + math.sin(a) * 0.125, -0.0395, 2.5 + math.cos(a) * 0.125), black, (0, k * 30, 0), bevel=0)
    room.paper("complain", 0.42, 0.594, (1.25, -0.004, 1.78), (90, 0.8, 0), curl=0.006)
    room.paper("list_a", 0.594, 0.42, (0.45, -0.004, 1.8), (90, -0.6, 0), curl=0.006)
    room.lamp((-4.4, -3.0, 2.3), (0, -0.6, 1.1), (1.8, 1.8), 190, (1.0, 0.95, 0.87))
    room.lamp((0, -1.5, 3.45), (0, -1.4, 0), (1.3, 0.12), 70, (0.9, 0.96, 1.0))
    room.lamp((0.5, -4.2, 3.45), (0.4, -4.1, 0), (1.3, 0.12), 50, (0.9, 0.96, 1.0))
    room.shoot(path, (-0.5, -4.75, 1.6), (0.02, -1.0, 1.42), 28, (4000, 3000), samples, -0.7, exposure=-0.05, scale=scale)


def badge(textures, path, samples, scale):
    room = Room(textures, 9)
    room.box((2, 2, 0.05), (0, 0, -0.025), room.wood((0.17, 0.075, 0.03), (0.36, 0.19, 0.085), (2.5, 26, 26), 0.3, 0.4), bevel=0)
    w, h = 0.1040, 0.0653
    turn = 5
    room.box((w + 0.012, h + 0.016, 0.0016), (0, 0.002, 0.001), room.paint((0.75, 0.77, 0.8), 0.12, coat=1.0), (0, 0, turn), bevel=0.0007)
    room.paper("badge", w, h, (0, 0, 0.0021), (0, 0, turn), bend=lambda u, v: 0.0005 * math.sin(3.1 * u), rough=0.25, coat=0.7)
    room.box((0.018, 0.006, 0.0018), (-0.0032, 0.0375, 0.0022), room.paint((0.5, 0.5, 0.52), 0.2, metal=1.0), (0, 0, turn), bevel=0.0008)
    ribbon = room.paint((0.02, 0.09, 0.42), 0.8, 0.8, 4000)
    curve = bpy.data.curves.new("ribbon", "CURVE")
    curve.dimensions, curve.extrude, curve.bevel_depth = "3D", 0.006, 0.0006
    for points in ([(-0.004, 0.040, 0.004), (-0.012, 0.062, 0.012), (-0.05, 0.082, 0.007), (-0.11, 0.078, 0.006), (-0.2, 0.12, 0.006)],
                   [(-0.002, 0.040, 0.005), (0.012, 0.066, 0.010), (0.06, 0.074, 0.0065), (0.11, 0.1, 0.0065), (0.2, 0.08, 0.0065)]):
        line = curve.splines.new("BEZIER")
        line.bezier_points.add(len(points) - 1)
        for knot, at in zip(line.bezier_points, points):
            knot.co, knot.handle_left_type, knot.handle_right_type, knot.tilt = at, "AUTO", "AUTO", 1.57
    strap = bpy.data.objects.new("ribbon", curve)
    curve.materials.append(ribbon)
    room.scene.collection.objects.link(strap)
    room.rod(0.0045, 0.14, (0.085, -0.035, 0.0046), room.paint((0.02, 0.03, 0.10), 0.2, coat=0.6), (90, 0, -24))
    room.rod(0.0046, 0.02, (0.0565, -0.099, 0.0046), room.paint((0.6, 0.6, 0.62), 0.2, metal=1.0), (90, 0, -24))
    room.paper("page_left", 0.21, 0.297, (-0.13, -0.09, 0.0004), (0, 0, 14), curl=0.002)
    room.lamp((-0.5, 0.55, 0.6), (0, 0, 0), (0.5, 0.5), 5.0, (1.0, 0.95, 0.88))
    room.lamp((0.6, 0.2, 1.2), (0, 0, 0), (0.8, 0.1), 3.0, (0.9, 0.96, 1.0))
    room.shoot(path, (0.012, -0.070, 0.146), (0.003, 0.004, 0), 29, (4000, 3000), samples, 1.5, (0, 0, 0), 9.0, 0.25, scale)


def register(textures, path, samples, scale):
    room = Room(textures, 11)
    room.box((3, 3, 0.05), (0, 0, -0.025), room.wood((0.20, 0.09, 0.035), (0.42, 0.23, 0.10), (1.2, 16, 16), 0.3, 0.35), bevel=0)
    room.box((0.45, 0.316, 0.004), (0, 0, 0.002), room.paint((0.32, 0.03, 0.04), 0.5, 0.5, 900), (0, 0, 4), bevel=0.002)
    a = math.radians(4)
    for name, side in (("page_left", -1), ("page_right", 1)):
        def bend(u, v, side=side):
            d = (1 - u) if side < 0 else u
            return 0.010 + 0.017 * math.exp(-((d - 0.22) / 0.20) ** 2) * (1 - math.exp(-d / 0.05)) + 0.007 * (1 - d) + 0.0008 * math.sin(6 * v)

        x = side * 0.1075
        room.paper(name, 0.215, 0.301, (x * math.cos(a), x * math.sin(a), 0.001), (0, 0, 4), bend=bend, rough=0.75)
        room.box((0.213, 0.299, 0.005), (x * math.cos(a), x * math.sin(a), 0.0065), room.paint((0.75, 0.72, 0.62), 0.9), (0, 0, 4), bevel=0.001)
    pen = room.paint((0.02, 0.05, 0.30), 0.2, coat=0.6)
    room.rod(0.0045, 0.13, (0.13, -0.075, 0.0255), pen, (90, 2, -38))
    room.rod(0.0048, 0.035, (0.1625, -0.0335, 0.026), room.paint((0.6, 0.6, 0.62), 0.2, metal=1.0), (90, 2, -38))
    room.rod(0.04, 0.09, (-0.12, 0.245, 0.045), room.paint((0.75, 0.75, 0.72), 0.15, coat=0.8), vertices=64)
    room.rod(0.034, 0.004, (-0.12, 0.245, 0.0885), room.paint((0.16, 0.07, 0.02), 0.1), vertices=64)
    room.box((0.05, 0.05, 0.03), (0.16, 0.235, 0.015), room.paint((0.05, 0.05, 0.06), 0.5), (0, 0, 20), bevel=0.004)
    room.rod(0.012, 0.05, (0.16, 0.235, 0.055), room.paint((0.4, 0.03, 0.03), 0.3, coat=0.5))
    for i in range(4):
        room.box((0.21, 0.297, 0.0012), (0.08, -0.37, 0.0006 + i * 0.0013), room.paint((0.78, 0.78, 0.76), 0.7), (0, 0, -9 + room.rng.uniform(-4, 4)), bevel=0.0003)
    room.paper("list_a", 0.297, 0.21, (0.06, -0.36, 0.0062), (0, 0, -8), curl=0.006)
    room.lamp((-1.0, 0.7, 1.0), (0, 0, 0), (0.9, 0.9), 24, (1.0, 0.95, 0.87))
    room.lamp((0.4, -0.3, 1.9), (0, 0, 0), (1.2, 0.12), 12, (0.9, 0.96, 1.0))
    room.shoot(path, (0.005, -0.30, 0.55), (0.0, -0.022, 0), 26, (3000, 4000), samples, -1.2, (0, 0, 0.01), 8.0, -0.05, scale)


SCENES = {"notice_board": notice_board, "desk": desk, "badge": badge, "register": register}
