//! A PostgreSQL server of its own with TLS, and the certificates for it, for as long as a test runs.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A running server. Dropped, it is stopped and its folder taken away.
pub struct Cluster {
    folder: PathBuf,
    bin: PathBuf,
    account: String,
    port: u16,
}

impl Cluster {
    /// Makes certificates, a cluster and starts it. The certificate is for the name `localhost` alone.
    pub fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/postgres");
        let told = |what: &str| text(&succeeded(Command::new(script).arg(what)));
        let folder = std::env::temp_dir().join(format!("fieldproof-tls-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir(&folder).expect("a folder");
        let port =
            TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("a port").port();
        let cluster = Self { folder, bin: told("bindir").into(), account: told("user"), port };
        cluster.certify();
        cluster.own();
        let data = cluster.path("data");
        cluster.run(
            "initdb",
            &["-D", &data, "-U", "postgres", "-A", "trust", "--no-sync", "--no-locale", "-E", "UTF8"],
        );
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{}'\nfsync = off\nssl = on\n\
             ssl_cert_file = '{}'\nssl_key_file = '{}'\n",
            cluster.folder.display(),
            cluster.path("server.pem"),
            cluster.path("server.key"),
        );
        std::fs::write(cluster.folder.join("data/postgresql.auto.conf"), settings)
            .expect("settings are written");
        cluster.own();
        cluster.run("pg_ctl", &["start", "-D", &data, "-w", "-s", "-l", &cluster.path("log")]);
        cluster
    }

    /// A file in its folder.
    pub fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// Its URL under a name, with what is said about TLS.
    pub fn url(&self, host: &str, tls: &str) -> String {
        format!("postgres://postgres@{host}:{}/postgres?{tls}", self.port)
    }

    /// Two authorities, and the server's certificate by the first.
    fn certify(&self) {
        let ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
        for authority in ["authority", "other"] {
            let (key, pem) = (self.path(&format!("{authority}.key")), self.path(&format!("{authority}.pem")));
            let subject = format!("/CN=Test {authority}");
            succeeded(
                Command::new("openssl")
                    .args(["req", "-x509"])
                    .args(ec)
                    .args(["-keyout", &key, "-out", &pem, "-subj", &subject]),
            );
        }
        succeeded(Command::new("openssl").arg("req").args(&ec[..5]).args([
            "-keyout",
            &self.path("server.key"),
            "-out",
            &self.path("server.csr"),
            "-subj",
            "/CN=localhost",
        ]));
        let names = self.path("names");
        std::fs::write(&names, "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n").expect("a file");
        succeeded(Command::new("openssl").args(["x509", "-req", "-days", "2", "-CAcreateserial"]).args([
            "-in",
            &self.path("server.csr"),
            "-CA",
            &self.path("authority.pem"),
            "-CAkey",
            &self.path("authority.key"),
            "-extfile",
            &names,
            "-out",
            &self.path("server.pem"),
        ]));
        succeeded(Command::new("chmod").args(["0600", &self.path("server.key")]));
    }

    /// PostgreSQL does not run as root: there its folder is given to the account that servers run as.
    fn own(&self) {
        if is_root() {
            succeeded(Command::new("chown").arg("-R").arg(format!("{}:", self.account)).arg(&self.folder));
        }
    }

    fn command(&self, program: &str) -> Command {
        let program = self.bin.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", &self.account, "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir("/");
        command
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        succeeded(self.command(program).args(arguments));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ =
            self.command("pg_ctl").args(["stop", "-D", &self.path("data"), "-m", "immediate", "-s"]).output();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

fn succeeded(command: &mut Command) -> Output {
    // The server keeps what it is started with: nothing of ours may be held open by it.
    let output = command.stdin(std::process::Stdio::null()).output().expect("the program is there");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
