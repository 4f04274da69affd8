// Package executionresourcetest has secrets, parameters and environment files for tests.
package executionresourcetest

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Source is a source of secrets that keeps them in memory.
type Source struct {
	Params   map[string]string // parameters, by region and name or ARN
	Secrets  map[string]string // by ARN, stage and version
	Objects  map[string]string // by bucket and key
	Echoes   bool              // parameters that there are not have their name as their value
	Hangs    bool              // until the caller gives up
	Roleless bool              // the task has no execution role

	mu    sync.Mutex
	Asked []string // what was asked for
}

func (s *Source) ask(ctx context.Context, what string) error {
	s.mu.Lock()
	s.Asked = append(s.Asked, what)
	s.mu.Unlock()
	if s.Hangs {
		<-ctx.Done()
	}
	if s.Roleless {
		return fmt.Errorf("make the keys of a role: %w", executionresource.ErrNoExecutionRole)
	}
	return ctx.Err()
}

func (s *Source) Parameters(ctx context.Context, _ *state.Task, region string, names []string) (map[string]string, []string, error) {
	if err := s.ask(ctx, region+" "+strings.Join(names, " ")); err != nil {
		return nil, nil, err
	}
	values := map[string]string{}
	var invalid []string
	for _, name := range names {
		value, found := s.Params[region+" "+name]
		if s.Echoes {
			value, found = "echo of "+name, true
		}
		if !found {
			invalid = append(invalid, name)
		}
		values[name] = value
	}
	return values, invalid, nil
}

func (s *Source) Secret(ctx context.Context, _ *state.Task, region, id, version, stage string) (executionresource.Value, error) {
	if err := s.ask(ctx, strings.TrimRight(region+" "+id+" "+stage+" "+version, " ")); err != nil {
		return executionresource.Value{}, err
	}
	value, found := s.Secrets[strings.TrimRight(id+" "+stage+" "+version, " ")]
	if !found {
		return executionresource.Value{}, &apiclient.Error{
			Service: "Secrets Manager", Operation: "GetSecretValue", Status: 400, RequestID: "r",
			Code: "ResourceNotFoundException", Message: "Secrets Manager can't find the specified secret.", Modelled: true,
		}
	}
	return executionresource.Value{Text: value, Binary: value == "\x00"}, nil
}

func (s *Source) Object(ctx context.Context, _ *state.Task, bucket, key string) ([]byte, error) {
	if err := s.ask(ctx, "s3 "+bucket+" "+key); err != nil {
		return nil, err
	}
	content, found := s.Objects[bucket+" "+key]
	if !found {
		return nil, &apiclient.Error{Service: "S3", Operation: "HeadObject", Status: 404, RequestID: "r", Code: "NotFound", Message: "Not Found"}
	}
	return []byte(content), nil
}
