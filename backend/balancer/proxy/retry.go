package proxy

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/dialer"
)

const (
	// mostRetries is how often a request that was not delivered is tried elsewhere.
	// Source: ECS developer guide, Service Connect proxy configuration.
	mostRetries = 2
	// connectPatience is how long an endpoint has to accept a connection: Envoy's default.
	connectPatience = 5 * time.Second
	// retryPause is Envoy's: the n-th retry waits for less than 2^n-1 times that.
	retryPause = 25 * time.Millisecond
	// mostStreams is Envoy's default of requests at once on a connection in HTTP/2.
	mostStreams = 1024
)

// askUntilDelivered asks the target, and another one where the request was not delivered.
func (x *exchange) askUntilDelivered(r *http.Request) (*http.Response, error) {
	if most := x.listener.Settings.Request; most > 0 && r.Body == nil && r.Header["Upgrade"] == nil {
		x.limit = time.Now().Add(most)
	}
	for attempt := 0; ; attempt++ {
		answer, err := x.ask(r)
		if err == nil {
			x.judge(failedAtGateway(answer))
			return answer, nil
		}
		var client *clientError
		if errors.As(err, &client) || r.Context().Err() != nil {
			return nil, err
		}
		x.judge(true)
		if attempt == mostRetries || !x.undelivered(err) || !x.another() {
			return nil, err
		}
		if x.target == x.tried[len(x.tried)-1] { // there is no other: it gets a moment
			time.Sleep(rand.N(retryPause << attempt))
		}
	}
}

// undelivered tells whether a request can be asked again: nothing of its body has been read, nothing of an answer
// has come, and the time is not over.
func (x *exchange) undelivered(err error) bool {
	var unreached *dialer.Error
	return !x.spent && !x.heard && x.upload == nil && !x.isLate() && (errors.As(err, &unreached) || !isTimeout(err))
}

// isLate tells whether the answer should have ended.
func (x *exchange) isLate() bool { return !x.limit.IsZero() && !time.Now().Before(x.limit) }

// another leaves the target for one that was not tried before, or for the next one if all were. It
// returns false if there is none at all.
func (x *exchange) another() bool {
	former := x.target
	x.tried = append(x.tried, former)
	for left := len(x.pool.Eligible); ; left-- {
		if x.choose(x.request, former.Group); x.target == nil {
			x.target = former
			return false
		}
		if left <= 1 || !slices.Contains(x.tried, x.target) {
			former.Release()
			return true
		}
		x.target.Release()
	}
}

// judge counts failures of the target in a row, and has it ejected when there are enough.
func (x *exchange) judge(failed bool) {
	if x.target.Judge(failed) {
		x.runtime.Eject(x.target)
	}
}

// failedAtGateway tells whether an answer says that its target cannot be reached.
// Source: Envoy's outlier detection, which counts these codes, and a gRPC status in their place.
func failedAtGateway(answer *http.Response) bool {
	switch answer.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	case http.StatusOK:
		status := answer.Header["Grpc-Status"]
		return len(status) > 0 && (status[0] == "4" || status[0] == "14") // DEADLINE_EXCEEDED, UNAVAILABLE
	}
	return false
}

// patience is how long the target has to accept a connection.
func (x *exchange) patience() time.Duration {
	switch {
	case x.listener.Connect == nil:
		return dialer.Patience
	case x.limit.IsZero():
		return connectPatience
	}
	return min(connectPatience, time.Until(x.limit))
}
