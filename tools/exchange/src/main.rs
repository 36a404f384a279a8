//! The `exchange` command.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use escapement_exchange::{
    Faults, GlimpseSettings, Record, RequestServer, RequestSettings, SnapshotServer,
};

/// Serves re-requests (MoldUDP64) and snapshots (GLIMPSE 5.0) from captures of an ITCH feed.
///
/// Prints the addresses, then serves until it is ended. Exit codes: 0 fine, 2 bad input or usage.
#[derive(Parser)]
#[command(name = "exchange", version)]
struct Arguments {
    /// Captures of the feed, one a line
    #[arg(required = true, value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// Serve re-requests on this UDP address (port 0: any)
    #[arg(long, value_name = "ADDRESS:PORT")]
    requests: Option<SocketAddr>,
    /// Serve snapshots on this TCP address (port 0: any)
    #[arg(long, value_name = "ADDRESS:PORT")]
    glimpse: Option<SocketAddr>,
    /// Next sequence that the feed would send: servers know what is below [default: all of the capture]
    #[arg(long, value_name = "SEQUENCE")]
    at: Option<u64>,
    /// Most packets that answer one request
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    answer_packets: u32,
    /// User of the snapshot server
    #[arg(long, default_value = "ESCAPE")]
    user: String,
    /// Its password
    #[arg(long, default_value = "MENT")]
    password: String,
    /// Lose one packet in so many
    #[arg(long, default_value_t = 0, value_name = "COUNT")]
    drop_one_in: u64,
    /// Die after so many packets
    #[arg(long, value_name = "COUNT")]
    die_after: Option<u64>,
    /// End after this time
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<u64>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("exchange: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    if arguments.requests.is_none() && arguments.glimpse.is_none() {
        return Err("nothing to serve: give --requests, --glimpse or both".into());
    }
    let record = Record::read(&arguments.captures).map_err(|error| error.to_string())?;
    let active = record.active();
    if let Some(at) = arguments.at {
        active.set_position(at);
    }
    let name = String::from_utf8_lossy(&active.name()).into_owned();
    println!("session {name} next {}", active.position());
    let record = Arc::new(record);
    let faults = Faults {
        drop_one_in: arguments.drop_one_in,
        die_after: arguments.die_after,
        send_twice: false,
    };
    let named = |address: SocketAddr, error: std::io::Error| format!("{address}: {error}");
    let requests = match arguments.requests {
        None => None,
        Some(address) => {
            let settings = RequestSettings {
                packets_max: arguments.answer_packets,
                faults,
                ..Default::default()
            };
            let server = RequestServer::start(address, Arc::clone(&record), settings)
                .map_err(|error| named(address, error))?;
            println!("requests {}", server.address());
            Some(server)
        }
    };
    let glimpse = match arguments.glimpse {
        None => None,
        Some(address) => {
            let settings = GlimpseSettings {
                username: arguments.user.clone(),
                password: arguments.password.clone(),
                faults,
                ..Default::default()
            };
            let server = SnapshotServer::start(address, Arc::clone(&record), settings)
                .map_err(|error| named(address, error))?;
            println!("glimpse {}", server.address());
            Some(server)
        }
    };
    let began = Instant::now();
    let is_over = || arguments.seconds.is_some_and(|seconds| began.elapsed().as_secs() >= seconds);
    let all_dead = || {
        requests.as_ref().is_none_or(RequestServer::is_dead)
            && glimpse.as_ref().is_none_or(SnapshotServer::is_dead)
    };
    while !is_over() && !all_dead() {
        std::thread::sleep(Duration::from_millis(50));
    }
    if let Some(server) = requests {
        println!("{:?}", server.counts());
    }
    if let Some(server) = glimpse {
        println!("{:?}", server.counts());
    }
    Ok(())
}
