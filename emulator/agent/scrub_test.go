package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
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
	s := &shelf{parameters: map[string]string{"us-east-1 /url": value, "us-east-1 /part": "hunter2", "us-east-1 /short": "url"}}
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
