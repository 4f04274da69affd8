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
			if attempt == mostRetries || r.Body != nil || x.isLate() || !x.refusedElsewhere(answer) || !x.another() {
				return answer, nil
			}
			_ = answer.Body.Close()
			x.pause(attempt)
			continue
		}
		var client *clientError
		if errors.As(err, &client) || r.Context().Err() != nil {
			return nil, err
		}
		x.runtime.Log.Debug("a target did not answer", "target", x.target.Address, "err", err)
		x.judge(true)
		if attempt == mostRetries || !x.undelivered(r, err) || !x.another() {
			return nil, err
		}
		x.pause(attempt)
	}
}

// pause gives the target a moment if there is no other.
func (x *exchange) pause(attempt int) {
	if x.target == x.tried[len(x.tried)-1] {
		time.Sleep(rand.N(retryPause << attempt))
	}
}

// refusedElsewhere tells whether the proxy of an endpoint answers by itself, since it has not reached its container: such
// as one that has started, and does not listen yet. An answer of the container tells how long it took.
// Source: App Mesh user guide, "Envoy defaults set by App Mesh", by which AWS's Envoy tries again what is answered
// 503. That an answer of a container is not tried again is the emulator's choice: no page of ECS tells.
func (x *exchange) refusedElsewhere(answer *http.Response) bool {
	_, reached := answer.Header["X-Envoy-Upstream-Service-Time"]
	return !x.listener.Connect.Inbound && answer.StatusCode == http.StatusServiceUnavailable && answer.Header.Get("Server") == envoy[0] && !reached
}

// undelivered tells whether a request can be asked again: nothing of its body has been read, nothing of an answer
// has come, and the time is not over. One without a body may have been done when its target was reached: then it is
// asked again only if that does no harm, and by the client's proxy alone, as each of both would repeat what the other does.
// AWS's Envoy asks again what is answered 503, and where there is no connection: App Mesh user guide, "Envoy defaults set
// by App Mesh". That the method counts is the emulator's choice.
func (x *exchange) undelivered(r *http.Request, err error) bool {
	switch {
	case x.spent, x.heard, x.upload != nil, x.isLate():
		return false
	case isUnreached(err):
		return true
	}
	return !isTimeout(err) && (r.Body != nil || isIdempotent(r.Method) && !x.listener.Connect.Inbound)
}

func isUnreached(err error) bool {
	var unreached *dialer.Error
	return errors.As(err, &unreached)
}

// isIdempotent tells whether a request that is done twice has the effect of one.
// Source: RFC 9110, section 9.2.2.
func isIdempotent(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete:
		return true
	}
	return false
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
