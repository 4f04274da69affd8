package main

import (
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestASecondInterruptEndsAStartThatHangs fills the pipe of the log, which nothing reads: the start waits for
// room, and no context ends that.
func TestASecondInterruptEndsAStartThatHangs(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	defer write.Close()
	fd := int(write.Fd())
	if err := unix.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = unix.Write(fd, make([]byte, 4096))
	}
	if err := unix.SetNonblock(fd, false); err != nil { // the same for the command
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	cmd := command("serve", "--engine", "sim", "--listen", address, "--log-level", "debug")
	cmd.Stderr = write
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() { defer close(exited); _ = cmd.Wait() }()
	defer cmd.Process.Kill()
	listens := func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}
	patience := time.After(time.Minute)
	for !listens() {
		select {
		case <-exited:
			t.Fatal("it has ended before")
		case <-patience:
			t.Fatal("it does not listen")
		case <-time.After(10 * time.Millisecond):
		}
	}
	for again := true; again; {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-exited:
			again = false
		case <-patience:
			t.Fatal("signals do not end it")
		case <-time.After(100 * time.Millisecond):
		}
	}
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("it exits with %d", code)
	}
}
