package handlers

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

// statesAnswer is how long the upstream's answer about its services may take: clients wait for it.
const statesAnswer = 2 * time.Second

// ServiceStates asks an upstream that is LocalStack how its services are, for a request to control.LocalStackHealth.
// It is nil of another server, of no upstream, and for emulators that ask each other in a circle.
func (u *Upstream) ServiceStates(r *http.Request) map[string]string {
	if u == nil || r.Header.Get(passedBy) != "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), statesAnswer)
	defer cancel()
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, u.URL.String()+control.LocalStackHealth, nil)
	if err != nil {
		return nil
	}
	ask.Header.Set(passedBy, u.id)
	answer, err := u.transport.RoundTrip(ask)
	if err != nil {
		return nil // the script that waits for a service of the upstream asks again
	}
	defer answer.Body.Close()
	var health struct {
		Services map[string]string `json:"services"`
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&health); err != nil {
		return nil
	}
	return health.Services
}
