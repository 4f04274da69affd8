package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/bareserver"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/requestload"
)

var clients = []int{1, 16}

// measureRequests has clients send one request over and over, by turns to the
// emulator and to a bare server.
func measureRequests(ctx context.Context, b *bench) error {
	for _, each := range requestCases {
		for _, n := range clients {
			name := fmt.Sprintf("%s, %d at once", each.name, n)
			if !b.wanted("requests/" + name) {
				continue
			}
			if err := b.measureRequest(ctx, name, each, n); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

// duel is an emulator and the bare server that answers as it does.
type duel struct {
	emulator, bare *process
	request        []byte
}

func (b *bench) measureRequest(ctx context.Context, name string, c requestCase, n int) (err error) {
	d, err := b.startDuel(ctx, name, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.emulator.stop(), d.bare.stop()) }()
	var ours, bare []requestload.Load
	var settled []float64 // things made and come to rest in a second
	for round := range b.rounds + 1 {
		e := requestload.Extent{Time: b.burst, Most: c.makes}
		if round == 0 { // warms both up
			e.Time /= 2
		}
		theirs, err := b.round(ctx, &d, d.bare, n, e)
		if err != nil {
			return fmt.Errorf("bare server: %w", err)
		}
		began := time.Now()
		own, err := b.round(ctx, &d, d.emulator, n, e)
		if err != nil {
			return err
		}
		if c.settled != nil {
			if err := d.settle(ctx, c, own.Requests); err != nil {
				return err
			}
			settled = append(settled, float64(own.Requests)/time.Since(began).Seconds())
		}
		if err := d.clear(ctx, c); err != nil {
			return err
		}
		if round > 0 {
			ours, bare = append(ours, own), append(bare, theirs)
		}
	}
	var g goal
	if n == clients[len(clients)-1] {
		g = c.goal
	}
	b.report.add(requestRow(name, g, ours, bare))
	if c.settled != nil {
		b.report.add(row{name: "  until all of them run", figure: fmt.Sprintf("%.0f/s", median(settled[1:]))})
	}
	return nil
}

func (b *bench) startDuel(ctx context.Context, name string, c requestCase) (d duel, err error) {
	if d.emulator, err = b.startEmulator(name, emulatorSettings{engine: "sim"}); err != nil {
		return d, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.emulator.stop())
		}
	}()
	conn, err := d.emulator.connect(ctx)
	if err != nil {
		return d, err
	}
	defer conn.Close()
	if d.request, err = c.prepare(ctx, conn); err != nil {
		return d, err
	}
	first := bytes.Clone(d.request)
	requestload.NewToken(first)
	header, body, err := conn.Fetch(first)
	if err != nil {
		return d, err
	}
	d.bare, err = b.startEcho(bareserver.Answer{Header: maps.Clone(header), Body: bytes.Clone(body)})
	return d, err
}

func (b *bench) round(ctx context.Context, d *duel, p *process, n int, e requestload.Extent) (requestload.Load, error) {
	list, err := b.senders(ctx, p, n)
	if err != nil {
		return requestload.Load{}, err
	}
	defer closeAll(list)
	return requestload.Drive(list, d.request, e)
}

// settle waits until what a round made has come to rest.
func (d *duel) settle(ctx context.Context, c requestCase, made int) error {
	conn, err := d.emulator.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return c.settled(ctx, conn, made)
}

// clear removes what a round has made, so that the next finds what this one did.
func (d *duel) clear(ctx context.Context, c requestCase) error {
	if c.makes == 0 {
		return nil
	}
	if err := d.emulator.reset(ctx); err != nil {
		return err
	}
	conn, err := d.emulator.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = c.prepare(ctx, conn)
	return err
}

func requestRow(name string, g goal, ours, bare []requestload.Load) row {
	var ratios []float64
	for i := range ours {
		ratios = append(ratios, ours[i].Rate/bare[i].Rate)
	}
	return row{
		name: name, figure: rateAndTail(ours), reference: rateAndTail(bare),
		ratio: median(ratios), goal: g,
	}
}

func rateAndTail(list []requestload.Load) string {
	var rates, tails []float64
	for _, l := range list {
		rates = append(rates, l.Rate)
		tails = append(tails, milliseconds(l.P99))
	}
	return fmt.Sprintf("%.0f/s p99 %.2f ms", median(rates), median(tails))
}
