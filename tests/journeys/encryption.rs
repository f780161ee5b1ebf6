//! TLS to PostgreSQL, against a real server with a certificate made for the test.

use crate::harness::cluster::Cluster;
use crate::harness::database;
use fieldproof::flows::upkeep::migrate;
use fieldproof::records::Records;

/// What the server says about the connections of this name: whether each is encrypted.
async fn encrypted(cluster: &Cluster, name: &str) -> Vec<bool> {
    let client = database::connect(&cluster.url("127.0.0.1", "sslmode=disable")).await;
    let asked = "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = $1";
    client.query(asked, &[&name]).await.expect("an answer").iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_encrypted_as_the_address_says_and_certificates_judged() {
    let cluster = Cluster::start();
    let (ours, other) = (cluster.path("authority.pem"), cluster.path("other.pem"));

    for (at, (host, tls, is_encrypted)) in [
        ("127.0.0.1", "sslmode=disable".to_owned(), false),
        ("127.0.0.1", String::new(), true),
        ("127.0.0.1", "sslmode=prefer".to_owned(), true),
        ("127.0.0.1", "sslmode=require".to_owned(), true),
        // The certificate is for another name than this address: its authority is all that is asked for.
        ("127.0.0.1", format!("sslmode=require&sslrootcert={ours}"), true),
        ("127.0.0.1", format!("sslmode=verify-ca&sslrootcert={ours}"), true),
        ("localhost", format!("sslmode=verify-full&sslrootcert={ours}"), true),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("case-{at}");
        let records =
            Records::open_url(&cluster.url(host, &format!("{tls}&application_name={name}")), 2).await;
        let records = records.expect("a pool");
        records.ping().await.unwrap_or_else(|why| panic!("{host} {tls}: {why}"));
        assert_eq!(encrypted(&cluster, &name).await, [is_encrypted], "{host} {tls}");
    }

    for (host, tls, told) in [
        ("127.0.0.1", format!("sslmode=require&sslrootcert={other}"), "no authority of sslrootcert"),
        ("127.0.0.1", format!("sslmode=verify-ca&sslrootcert={other}"), "no authority of sslrootcert"),
        ("localhost", format!("sslmode=verify-full&sslrootcert={other}"), "no authority of sslrootcert"),
        ("localhost", "sslmode=verify-full&sslrootcert=system".to_owned(), "no authority of sslrootcert"),
        ("127.0.0.1", format!("sslmode=verify-full&sslrootcert={ours}"), "not valid for name"),
    ] {
        let why = migrate(&cluster.url(host, &tls)).await.expect_err("refused").to_string();
        assert!(why.contains(told), "{host} {tls}: {why}");
    }

    let done = migrate(&cluster.url("localhost", &format!("sslmode=verify-full&sslrootcert={ours}"))).await;
    assert!(!done.expect("migrations run over TLS").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_refused_where_tls_is_asked_for() {
    let cluster = Cluster::start();
    let client = database::connect(&cluster.url("127.0.0.1", "sslmode=disable")).await;
    client.batch_execute("ALTER SYSTEM SET ssl = off").await.expect("it is set");
    client.batch_execute("SELECT pg_reload_conf()").await.expect("it is read");
    // The server takes the word for connections that come after it has heard of it.
    let mut why = String::new();
    for _ in 0..50 {
        match migrate(&cluster.url("127.0.0.1", "sslmode=require")).await {
            Ok(_) => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
            Err(no) => {
                why = no.to_string();
                break;
            }
        }
    }
    assert!(why.contains("does not support TLS"), "{why}");
    let records = Records::open_url(&cluster.url("127.0.0.1", "sslmode=prefer"), 2).await.expect("a pool");
    records.ping().await.expect("prefer goes on without");
}
