package machine

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
)

// health is what is read of the answer of /_emulator/health.
type health struct {
	Status, Version string
	Engine          struct{ Name, NetworkError, FilterError, DiskError, Unanswered, LastError, Status string }
	State, Logs     struct{ Reason string }
}

// direct asks without a proxy, and keeps no connection.
var direct = http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// Ask asks what is at the endpoint.
func Ask(ctx context.Context, endpoint string) (a doctor.Answer) {
	a.URL = doctor.Shown(endpoint)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(endpoint, "/")+"/_emulator/health", nil)
	if err != nil { // its text may have a password
		a.Silence = "it is no URL"
		return a
	}
	response, err := direct.Do(request)
	if err != nil {
		a.Silence = silence(err)
		return a
	}
	defer response.Body.Close()
	var h health
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&h); err != nil || h.Status == "" || h.Engine.Name == "" {
		a.Stranger = true
		return a
	}
	a.Version, a.Engine, a.Healthy = h.Version, h.Engine.Name, response.StatusCode == http.StatusOK
	last := h.Engine.LastError
	if h.Engine.Status == "ready" {
		last = "" // it is over
	}
	a.Reasons = doctor.Reasons(h.State.Reason, h.Logs.Reason, h.Engine.NetworkError, h.Engine.FilterError, h.Engine.DiskError, h.Engine.Unanswered, last)
	return a
}

// silence is why there was no answer, without the URL, which is told already.
func silence(err error) string {
	var failed *url.Error
	if errors.As(err, &failed) {
		err = failed.Err
	}
	var broken *net.OpError
	if errors.As(err, &broken) && broken.Op == "dial" {
		err = broken.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "there is no answer in time"
	}
	return err.Error()
}
