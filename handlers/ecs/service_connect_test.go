package ecs_test

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/serviceconnect/endpoint"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

func (s *server) namespace(t testing.TB, name string) (namespaceARN string) {
	t.Helper()
	s.update(t, func(tx *state.Tx) {
		namespaceARN = endpoint.MakeNamespace(tx, testScope, name, time.Unix(1, 0)).ARN
	})
	return namespaceARN
}
