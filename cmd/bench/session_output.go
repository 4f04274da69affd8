package main

import (
	"context"
	"fmt"
	"io"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/execterminal"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/sessionmanagerplugin"
)

// sessionOutput is how many bytes a program writes. The terminal adds a carriage return to each line feed.
const sessionOutput = 100_000_000

// measureSessionOutput is how fast output gets out of AWS's plugin, from the call to its last byte.
func (b *bench) measureSessionOutput(ctx context.Context, name string, e *executable) error {
	program, err := sessionmanagerplugin.Program()
	if err != nil {
		b.report.leaveOut(name, err.Error())
		return nil
	}
	command := []string{"noise", fmt.Sprint(sessionOutput)}
	var own, bare []float64
	for range b.rounds {
		err := b.inTurn(func() error {
			rate, err := execterminal.OutputRate(sessionOutput, func(to io.Writer) error { return b.throughPlugin(ctx, program, e, to, command...) })
			own = append(own, rate)
			return err
		}, func() error {
			rate, err := execterminal.OutputRate(sessionOutput, func(to io.Writer) error {
				return execterminal.CopyBare(ctx, e.docker, e.container, to, append([]string{appPath}, command...)...)
			})
			bare = append(bare, rate)
			return err
		})
		if err != nil {
			return err
		}
	}
	b.report.add(row{
		name: name, figure: fmt.Sprintf("%.0f MB/s", median(own)), reference: fmt.Sprintf("%.0f MB/s", median(bare)),
		ratio: median(own) / median(bare), held: median(own), goal: goal{limit: 20, atLeast: true, unit: " MB/s"},
	})
	return nil
}

// throughPlugin executes a command as the AWS CLI does, and copies what the plugin shows.
func (b *bench) throughPlugin(ctx context.Context, program string, e *executable, to io.Writer, command ...string) error {
	session, err := e.execute(command...)
	if err != nil {
		return err
	}
	cmd, err := session.Command(program, b.dir, "http://"+e.emulator.address)
	if err != nil {
		return err
	}
	if _, err := cmd.StdinPipe(); err != nil { // it ends with its input, which is open as long as it runs
		return err
	}
	cmd.Stdout = to
	if err := cmd.Start(); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })()
	return cmd.Wait()
}
