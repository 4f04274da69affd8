package main

import (
	"bufio"
	"os"
	"testing"
	"time"
)

// The log goes to a program that has ended, as with `| head`: an interrupt still ends the emulator
// in order.
func TestInterruptEndsInOrderWithoutAReader(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := command("serve", "--engine", "sim", "--listen", "127.0.0.1:0")
	cmd.Stdout, cmd.Stderr = writer, writer
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	writer.Close()
	for lines := bufio.NewScanner(reader); !endpoint.MatchString(lines.Text()); {
		if !lines.Scan() {
			t.Fatal("serve did not get ready")
		}
	}
	reader.Close()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	hangs := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer hangs.Stop()
	if err := cmd.Wait(); err != nil {
		t.Errorf("serve ended with %v", err)
	}
}
