//! The program from a shell, with wrong inputs: it says what is wrong by name and what to do, and ends with the right code.

use crate::harness::House;

/// Runs a command that can't work; what it said.
async fn fails(house: &House, arguments: &[&str], settings: &[(&str, &str)]) -> String {
    let ended = house.run(arguments, settings).await;
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(!said.contains("panicked"), "{arguments:?}: {said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_explains_itself() {
    let house = House::open().await;
    let mut all: Vec<Vec<&str>> = vec![vec![]];
    for command in [
        "serve",
        "work",
        "migrate",
        "admin",
        "import-template",
        "import-units",
        "demo",
        "config",
        "openapi",
        "fsck",
        "store",
    ] {
        all.push(vec![command]);
    }
    for command in [
        "create-user",
        "grant",
        "disable-user",
        "reset-password",
        "register-client",
        "rotate-key",
        "generate-secret",
    ] {
        all.push(vec!["admin", command]);
    }
    for mut arguments in all {
        arguments.push("--help");
        let ended = house.run(&arguments, &[]).await;
        let said = String::from_utf8_lossy(&ended.stdout).into_owned();
        assert!(ended.status.success() && said.contains("Usage: fieldproof"), "{arguments:?}: {said}");
        let listed = house.run(&["--help"], &[]).await;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        assert!(arguments.len() == 1 || listed.contains(arguments[0]), "{arguments:?}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_settings_are_told_all_at_once_by_name() {
    let house = House::open().await;
    let wrong = [
        ("FIELDPROOF_LISTEN", "here"),
        ("FIELDPROOF_SECRET", "short"),
        ("FIELDPROOF_DB_CONNECTIONS", "many"),
        ("FIELDPROOF_PUBLIC_URL", "fieldproof.example"),
        ("FIELDPROOF_LOG_FORMAT", "xml"),
        ("FIELDPROOF_LOG", "fieldproof=loud=very"),
        ("FIELDPROOF_S3_ENDPOINT", "nowhere"),
    ];
    let said = fails(&house, &["serve"], &wrong).await;
    for (name, _) in wrong {
        assert!(said.contains(name), "{name} is not named: {said}");
    }
    assert!(!said.contains("short"), "a secret is told: {said}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_inputs_are_named_with_what_to_do() {
    let house = House::open().await;
    let create = ["admin", "create-user", "--name", "An", "--role", "administrator", "--login"];
    let grant = ["admin", "grant", "--login", "nobody", "--role", "reviewer"];
    let client = ["admin", "register-client", "--name", "Máy", "--id"];
    let cases: Vec<(Vec<&str>, &[&str])> = vec![
        (vec!["serve", "--frob"], &["--frob"]),
        (vec!["frob"], &["frob"]),
        ([&create[..], &["a b"]].concat(), &["login"]),
        ([&create[..], &["hoa", "--locale", "fr"]].concat(), &["locale"]),
        ([&create[..], &["hoa", "--owner", "nowhere"]].concat(), &["nowhere"]),
        (
            vec!["admin", "create-user", "--login", "hoa", "--name", "An", "--role", "king"],
            &["--role", "reviewer"],
        ),
        (vec!["admin", "create-user", "--login", "hoa", "--name", "An", "--role", "reviewer"], &["owner"]),
        ([&grant[..], &["--owner", "nowhere"]].concat(), &["nowhere"]),
        ([&grant[..], &["--unit", "x"]].concat(), &["--unit"]),
        (vec!["admin", "disable-user", "--login", "nobody"], &["nobody"]),
        (vec!["admin", "reset-password", "--login", "nobody"], &["nobody"]),
        (vec!["admin", "rotate-key", "--purpose", "door"], &["--purpose", "access"]),
        ([&client[..], &["UPPER"]].concat(), &["id"]),
        ([&client[..], &["phone-2"]].concat(), &["redirect"]),
        ([&client[..], &["phone-2", "--redirect-uri", "http://example.org/cb"]].concat(), &["redirect"]),
        (
            [&client[..], &["phone-2", "--redirect-uri", "https://example.org/cb", "--scope", "all"]]
                .concat(),
            &["scope"],
        ),
        ([&client[..], &["phone-2", "--confidential"]].concat(), &["--owner"]),
        (vec!["import-template", "/nonexistent.json"], &["/nonexistent.json"]),
        (vec!["import-template"], &["<FILE>"]),
        (vec!["import-units", "/dev/null"], &["/dev/null"]),
        (vec!["store", "--listen", "127.0.0.1:1"], &["--root"]),
        (vec!["store", "--root", "/proc/nowhere", "--listen", "127.0.0.1:0"], &["/proc/nowhere"]),
        (vec!["store", "--root", "/tmp/x", "--listen", "here"], &["--listen"]),
    ];
    for (arguments, words) in cases {
        let said = fails(&house, &arguments, &[]).await;
        for word in words {
            assert!(said.contains(word), "{arguments:?} does not say {word:?}: {said}");
        }
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_are_away_or_empty_are_told_so() {
    let house = House::open().await;
    let away = [("DATABASE_URL", "postgres://nobody@127.0.0.1:1/x")];
    for arguments in [&["migrate"][..], &["admin", "rotate-key"], &["fsck"], &["import-units", "--library"]] {
        let said = fails(&house, arguments, &away).await;
        assert!(said.contains("database"), "{arguments:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
    let (name, url) = crate::harness::database::empty().await;
    for arguments in [&["serve"][..], &["work"], &["admin", "rotate-key"], &["fsck"]] {
        let said = fails(&house, arguments, &[("DATABASE_URL", &url)]).await;
        assert!(said.contains("fieldproof migrate"), "{arguments:?}: {said}");
    }
    crate::harness::database::remove(&name).await;
    let taken = house.url.trim_start_matches("http://");
    let said = fails(&house, &["serve"], &[("FIELDPROOF_LISTEN", taken)]).await;
    assert!(said.contains(taken) && said.contains("in use"), "{said}");
    let said = fails(&house, &["fsck"], &[("FIELDPROOF_S3_ENDPOINT", "http://127.0.0.1:1")]).await;
    assert!(said.contains("object store"), "{said}");
    let said = fails(&house, &["fsck"], &[("FIELDPROOF_S3_SECRET_ACCESS_KEY", "wrong")]).await;
    assert!(said.contains("FIELDPROOF_S3_SECRET_ACCESS_KEY"), "{said}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fsck_ends_with_what_it_found() {
    let house = House::open().await;
    let scene = house.scene().await;
    let shot = crate::harness::Shot::of(scene.visit, crate::harness::pictures::sharp(1));
    shot.send(&scene.phone).await;
    house.work().await;
    let clean = house.run(&["fsck", "--deep", "--json"], &[]).await;
    assert_eq!(clean.status.code(), Some(0), "{}", String::from_utf8_lossy(&clean.stderr));
    let report: serde_json::Value = serde_json::from_slice(&clean.stdout).expect("JSON alone");
    assert_eq!((&report["rows"], &report["objects"]), (&1.into(), &1.into()));

    let listed = house.app.media.list("originals/", None).await.unwrap().0;
    house.app.media.delete_listed(&listed[0]).await.unwrap();
    let found = house.run(&["fsck", "--repair"], &[]).await;
    assert_eq!(found.status.code(), Some(1));
    let said = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(said.contains(&format!("missing   {}", shot.id)), "{said}");
    house.close().await;
}
