package docker

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// SetTraffic implements backend.Engine. The rules are nftables of the sandbox's own
// namespace, which the sandbox program replaces as a whole.
func (e *Engine) SetTraffic(ctx context.Context, sandboxID string, t backend.Traffic) error {
	known, err := e.sandbox(ctx, sandboxID)
	if err != nil {
		return dockerapi.Classify(err)
	}
	if err := t.Check(known.routes); err != nil {
		return err
	}
	words := []string{"traffic"}
	if t.CutOff {
		words = append(words, "cut")
	}
	for _, p := range t.Ports {
		words = append(words, forwardWord(p))
	}
	return dockerapi.Classify(e.tell(ctx, sandboxID, words...))
}

// forwardWord is what the sandbox program reads of a forward: "tcp/8000-8009=10.0.0.9:80".
func forwardWord(p backend.PortForward) string {
	if p.More == 0 {
		return fmt.Sprintf("%s/%d=%s", p.Protocol, p.Port, p.To)
	}
	return fmt.Sprintf("%s/%d-%d=%s", p.Protocol, p.Port, p.Port+p.More, p.To)
}

// tell has the sandbox program do something in a sandbox's namespace. The engine has many
// words for a sandbox that ends meanwhile.
func (e *Engine) tell(ctx context.Context, sandboxID string, words ...string) error {
	err := e.askProgram(ctx, sandboxID, words...)
	if err != nil && ctx.Err() == nil && errors.Is(e.containers.ExpectRunning(ctx, sandboxID), backend.ErrNoSandbox) {
		return dockerapi.WithMeaning(err, backend.ErrNoSandbox)
	}
	return err
}

func (e *Engine) askProgram(ctx context.Context, sandboxID string, words ...string) error {
	made, err := e.client.ExecCreate(ctx, sandboxID, client.ExecCreateOptions{
		AttachStdout: true, AttachStderr: true,
		Cmd: append([]string{containers.SandboxPath}, words...),
	})
	if err != nil {
		return err
	}
	stream, err := e.client.ExecAttach(ctx, made.ID)
	if err != nil {
		return err
	}
	defer stream.Close()
	defer context.AfterFunc(ctx, stream.Close)()
	var said, complaint bytes.Buffer
	if _, err := stdcopy.StdCopy(&said, &complaint, stream.Reader); err != nil {
		return errors.Join(ctx.Err(), err)
	}
	if said.String() != "done\n" {
		return fmt.Errorf("sandbox program: %s: %s%s", words[0], complaint.Bytes(), said.Bytes())
	}
	return nil
}
