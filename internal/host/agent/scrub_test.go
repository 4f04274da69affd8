package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource/executionresourcetest"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
)

// picky is an engine that refuses options of a log driver, and names them.
type picky struct{ *sim.Engine }

func (p picky) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	if url := spec.Log.Options["splunk-url"]; url != "" {
		return "", fmt.Errorf("splunk: failed to parse %s as url value, or %q, in splunk-url=%s", url, url, url)
	}
	return p.Engine.Create(ctx, spec)
}

func TestNoReasonTellsASecret(t *testing.T) {
	const value = "hunter2\"\tand more"
	s := &executionresourcetest.Source{Params: map[string]string{"us-east-1 /url": value, "us-east-1 /part": "hunter2", "us-east-1 /short": "url"}}
	withAgent(t, func(b *bench) {
		var log bytes.Buffer
		b.stop()
		b.runAgent(New(Options{
			Store: b.store, Clock: b.clock, Log: slog.New(slog.NewTextHandler(&log, nil)), Hosts: []HostOptions{{Engine: picky{b.engine}}}, Secrets: s,
		}))
		app := container("app", "sleep", "100")
		app.Secrets = []types.Secret{secret("PART", "/part"), secret("SHORT", "/short")}
		app.LogConfiguration = &types.LogConfiguration{LogDriver: types.LogDriverSplunk, SecretOptions: []types.Secret{secret("splunk-url", "/url")}}
		id := b.run(app)
		const want = `CannotCreateContainerError: splunk: failed to parse *** as url value, or "***", in splunk-url=***`
		b.expect("the reason", b.task(id).Status.Containers[0].Reason, want)
		b.expect("the task's", b.task(id).Stop.Reason, want)
		row, err := json.Marshal(b.task(id))
		if err != nil {
			t.Fatal(err)
		}
		b.stop()
		for what, text := range map[string]string{"the row": string(row), "the log": log.String()} {
			if !strings.Contains(text, "***") || strings.Contains(text, "hunter2") || strings.Contains(text, "and more") {
				t.Errorf("%s: %s", what, text)
			}
		}
	})
}

// trimming is an engine whose client trims what it says, as Docker's does.
type trimming struct{ picky }

func (p trimming) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	id, err := p.picky.Create(ctx, spec)
	if err != nil {
		err = errors.New(strings.TrimSpace(err.Error()))
	}
	return id, err
}

// Many a secret is the content of a file, with a line break at its end.
func TestNoReasonTellsASecretWithoutItsLineBreak(t *testing.T) {
	withAgent(t, func(b *bench) {
		b.stop()
		b.runAgent(New(Options{
			Store: b.store, Clock: b.clock, Log: slog.New(slog.DiscardHandler), Hosts: []HostOptions{{Engine: trimming{picky{b.engine}}}},
			Secrets: &executionresourcetest.Source{Params: map[string]string{"us-east-1 /url": "hunter2\n"}},
		}))
		app := container("app", "sleep", "100")
		app.LogConfiguration = &types.LogConfiguration{LogDriver: types.LogDriverSplunk, SecretOptions: []types.Secret{secret("splunk-url", "/url")}}
		id := b.run(app)
		b.expect("the reason", b.task(id).Status.Containers[0].Reason,
			`CannotCreateContainerError: splunk: failed to parse *** as url value, or "***", in splunk-url=***`)
	})
}

// chatty is an engine that does not end containers at once, and says what they have.
type chatty struct {
	*sim.Engine
	removals *atomic.Int32
}

var errChatty = errors.New("cannot end a container with TOKEN=hunter2")

func (c chatty) Stop(context.Context, string, time.Duration) error { return errChatty }

func (c chatty) Remove(ctx context.Context, id string) error {
	if c.removals.Add(1) == 1 {
		return errChatty
	}
	return c.Engine.Remove(ctx, id)
}

// What was read is forgotten when a task runs, and when the emulator ends. What an engine says of
// its containers then is not told at all.
func TestTheEndOfATaskTellsNoSecret(t *testing.T) {
	for _, restarts := range []bool{false, true} {
		withAgent(t, func(b *bench) {
			var log bytes.Buffer
			options := Options{
				Store: b.store, Clock: b.clock, Log: slog.New(slog.NewTextHandler(&log, nil)),
				Hosts:   []HostOptions{{Engine: chatty{b.engine, &atomic.Int32{}}}},
				Secrets: &executionresourcetest.Source{Params: map[string]string{"us-east-1 /token": "hunter2"}},
			}
			b.stop()
			b.runAgent(New(options))
			app := container("app", "sleep", "100")
			app.Secrets = []types.Secret{secret("TOKEN", "/token")}
			id := b.run(app)
			b.expect("the task", b.task(id).Status.LastStatus, state.Running)
			if restarts {
				b.stop()
				b.runAgent(New(options))
				synctest.Wait()
			}
			b.stopTask(id)
			b.settleAfter(time.Minute)
			b.expect("the task", b.task(id).Status.LastStatus, state.Stopped)
			b.expect("the reason", b.task(id).Status.Containers[0].Reason, "CannotStopContainerError: "+plan.LeftOut)
			b.stop()
			for _, line := range []string{"cannot stop a container: removing it", "cannot remove a container; retrying"} {
				if !strings.Contains(log.String(), line) {
					t.Errorf("the log does not say that a %s", line)
				}
			}
			if strings.Contains(log.String(), "hunter2") {
				t.Errorf("the log: %s", log.String())
			}
		})
	}
}
