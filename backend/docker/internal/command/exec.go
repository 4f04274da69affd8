package command

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

// Tell is Exec whose error is backend.ErrNoSandbox if the sandbox ends meanwhile, for which the engine
// has many words.
func (c *Commands) Tell(ctx context.Context, sandboxID string, words ...string) error {
	err := c.Exec(ctx, sandboxID, words...)
	if err != nil && ctx.Err() == nil && errors.Is(c.containers.ExpectRunning(ctx, sandboxID), backend.ErrNoSandbox) {
		return dockerapi.WithMeaning(err, backend.ErrNoSandbox)
	}
	return err
}

// Exec has the sandbox program do something in a sandbox's namespace, in a process of its own.
func (c *Commands) Exec(ctx context.Context, sandboxID string, words ...string) error {
	made, err := c.client.ExecCreate(ctx, sandboxID, client.ExecCreateOptions{
		AttachStdout: true, AttachStderr: true,
		Cmd: append([]string{containers.SandboxPath}, words...),
	})
	if err != nil {
		return err
	}
	stream, err := c.client.ExecAttach(ctx, made.ID)
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
