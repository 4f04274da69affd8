package agent

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource/executionresourcetest"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
)

// privately is an engine that remembers how it was asked for images, and gives out none without the
// password.
type privately struct {
	*sim.Engine
	mu    sync.Mutex
	asked map[string]backend.RegistryAuth
}

func (p *privately) Pull(ctx context.Context, spec backend.PullSpec) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	auth := backend.RegistryAuth{}
	if spec.Auth != nil {
		auth = *spec.Auth
	}
	p.asked[spec.Ref] = auth
	if strings.HasPrefix(spec.Ref, "private") && auth.Password != "hunter2" {
		return errors.New("unauthorized: " + auth.Username + ":" + auth.Password)
	}
	return p.Engine.Pull(ctx, spec)
}

func privateContainer(name, credentials string) types.ContainerDefinition {
	c := container(name, "sleep", "100")
	c.Image = aws.String("private.example/" + name)
	c.RepositoryCredentials = &types.RepositoryCredentials{CredentialsParameter: &credentials}
	return c
}

func TestImagesArePulledWithALogin(t *testing.T) {
	s := &executionresourcetest.Source{Secrets: map[string]string{
		aStore: `{"username":"me","password":"hunter2"}`, "by-name": `{"Username":"you","Password":"hunter2"}`, "wrong": `{"username":"absent","password":"letmein"}`,
	}}
	withAgent(t, func(b *bench) {
		var log bytes.Buffer
		engine := &privately{Engine: b.engine, asked: map[string]backend.RegistryAuth{}}
		b.stop()
		b.runAgent(New(Options{
			Store: b.store, Clock: b.clock, Log: slog.New(slog.NewTextHandler(&log, nil)), Hosts: []HostOptions{{Engine: engine, PullBehavior: imagepull.Always}}, Secrets: s,
		}))
		open := container("open", "sleep", "100")
		open.Image = aws.String("open.example/open")
		id := b.run(privateContainer("app", aStore), privateContainer("side", aStore), privateContainer("name", "by-name"), open)
		b.expect("the task", b.task(id).Status.LastStatus, state.Running)
		if diff := cmp.Diff(map[string]backend.RegistryAuth{
			"private.example/app": {Username: "me", Password: "hunter2"}, "private.example/side": {Username: "me", Password: "hunter2"},
			"private.example/name": {Username: "you", Password: "hunter2"}, "open.example/open": {},
		}, engine.asked); diff != "" {
			t.Errorf("pulls (-want +got):\n%s", diff)
		}
		b.expect("what was asked for", s.Asked, []string{"us-west-2 " + aStore, "us-east-1 by-name"})
		id = b.run(privateContainer("app", "wrong"))
		b.expect("the reason", b.task(id).Stop.Reason,
			"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref private.example/app:latest: unauthorized: ***:***")
		b.stop()
		if strings.Contains(log.String(), "letmein") || strings.Contains(log.String(), "hunter2") {
			t.Errorf("the log: %s", log.String())
		}
	})
}
