package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/bareserver"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

// settleTime is how long a program is left alone before its memory counts.
const settleTime = 2 * time.Second

// measureStart times how long the program takes to answer, and reads what memory it takes while no request comes.
func measureStart(ctx context.Context, b *bench) error {
	if !b.wanted("start/exec to first answer") && !b.wanted("start/idle memory") {
		return nil
	}
	var ours, bare []float64
	var ourMemory, bareMemory float64
	times := 2 * b.rounds
	for i := range times {
		last := i == times-1
		took, memory, err := startOnce(ctx, last, func() (*process, error) {
			return b.startEcho(bareserver.Answer{Header: map[string]string{}, Body: []byte("{}")})
		})
		if err != nil {
			return fmt.Errorf("bare server: %w", err)
		}
		bare, bareMemory = append(bare, milliseconds(took)), memory
		took, memory, err = startOnce(ctx, last, func() (*process, error) { return b.startEmulator("start", emulatorSettings{engine: "sim"}) })
		if err != nil {
			return err
		}
		ours, ourMemory = append(ours, milliseconds(took)), memory
	}
	b.report.add(row{
		name:   "exec to first answer",
		figure: fmt.Sprintf("%.1f ms", median(ours)), reference: fmt.Sprintf("%.1f ms", median(bare)),
		ratio: median(ours) / median(bare), held: median(ours), goal: atMost(30, " ms"),
	})
	if ourMemory == 0 {
		b.report.leaveOut("idle memory", "this system does not tell")
		return nil
	}
	b.report.add(row{
		name:   "idle memory (resident)",
		figure: fmt.Sprintf("%.1f MiB", ourMemory), reference: fmt.Sprintf("%.1f MiB", bareMemory),
		ratio: ourMemory / bareMemory, held: ourMemory, goal: atMost(28, " MiB"),
	})
	return nil
}

// startOnce starts a server, times its first answer and, if told to, waits for it to
// come to rest and returns its memory in MiB.
func startOnce(ctx context.Context, memory bool, start func() (*process, error)) (took time.Duration, mebibytes float64, err error) {
	began := time.Now()
	p, err := start()
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	c, err := p.connect(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer c.Close()
	if _, _, err := c.Fetch(rawhttp.Request("GET", "/_emulator/health", nil)); err != nil {
		return 0, 0, err
	}
	took = time.Since(began)
	if memory {
		if err := pause.For(ctx, settleTime); err != nil {
			return 0, 0, err
		}
		if bytes, known := p.residentMemory(); known {
			mebibytes = float64(bytes) / (1 << 20)
		}
	}
	return took, mebibytes, nil
}
