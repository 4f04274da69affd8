package metadata

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is how many requests a client may make in a second, and how many at once.
type Rate struct {
	PerSecond float64
	Burst     int
}

// DefaultRate is the container agent's. Source: amazon-ecs-agent,
// ECS_TASK_METADATA_RPS_LIMIT.
var DefaultRate = Rate{PerSecond: 40, Burst: 60}

// ParseRate reads "40,60"; "0" is no bound.
func ParseRate(s string) (Rate, error) {
	if s == "0" {
		return Rate{}, nil
	}
	steady, burst, _ := strings.Cut(s, ",")
	perSecond, err := strconv.ParseFloat(steady, 64)
	if err != nil || !(perSecond > 0) {
		return Rate{}, fmt.Errorf("%q is not a rate: give requests per second and a burst, such as 40,60, or 0 for no limit", s)
	}
	n, err := strconv.Atoi(burst)
	if err != nil || n < 1 {
		return Rate{}, fmt.Errorf("%q is not a rate: give requests per second and a burst, such as 40,60, or 0 for no limit", s)
	}
	return Rate{perSecond, n}, nil
}

// String is what ParseRate reads.
func (r Rate) String() string {
	if r == (Rate{}) {
		return "0"
	}
	return strconv.FormatFloat(r.PerSecond, 'f', -1, 64) + "," + strconv.Itoa(r.Burst)
}

// faultRate is the rate of each fault-injection path, beside the other one.
// Source: amazon-ecs-agent.
var faultRate = Rate{PerSecond: 0.2, Burst: 1}

// throttle bounds requests, in real time.
type throttle struct {
	Rate
	now    func() time.Time
	client func(r *http.Request) string

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
	swept   time.Time
}

func newThrottle(r Rate, now func() time.Time, client func(r *http.Request) string) *throttle {
	return &throttle{Rate: r, now: now, client: client, buckets: map[string]*rate.Limiter{}}
}

// limit lets through what is within the bounds.
//
// Source: amazon-ecs-agent, which has its limits from a library, tollbooth, and so these headers
// and words: a pull request of the agent shows them.
func (t *throttle) limit(next http.Handler) http.Handler {
	if t.Rate == (Rate{}) {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Rate-Limit-Limit", strconv.FormatFloat(t.PerSecond, 'f', 2, 64))
		h.Set("X-Rate-Limit-Duration", "1")
		h.Set("X-Rate-Limit-Request-Forwarded-For", r.Header.Get("X-Forwarded-For"))
		h.Set("X-Rate-Limit-Request-Remote-Addr", r.RemoteAddr)
		client := t.client(r)
		if !t.allow(client, t.Rate) || isFault(r.URL.Path) && !t.allow(client+" "+r.URL.Path, faultRate) {
			h.Set("Content-Type", "text/plain; charset=utf-8")
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = w.Write([]byte("You have reached maximum request limit."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// forgetAfter is when clients are looked at that have not asked for long.
const forgetAfter = time.Minute

func (t *throttle) allow(key string, r Rate) bool {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweep(now)
	bucket := t.buckets[key]
	if bucket == nil {
		bucket = rate.NewLimiter(rate.Limit(r.PerSecond), r.Burst)
		t.buckets[key] = bucket
	}
	return bucket.AllowN(now, 1)
}

// sweep forgets the clients that may do again all that a new one may.
func (t *throttle) sweep(now time.Time) {
	if now.Sub(t.swept) < forgetAfter {
		return
	}
	t.swept = now
	for key, bucket := range t.buckets {
		if bucket.TokensAt(now) >= float64(bucket.Burst()) {
			delete(t.buckets, key)
		}
	}
}

// askedID is the id that a request asks with, in its path or for version 1 of credentials in
// its query; empty if it has none.
func askedID(r *http.Request) string {
	path := r.URL.Path
	if path == credentialsV1 {
		return r.URL.Query().Get("id")
	}
	if id, found := strings.CutPrefix(path, credentialsV2+"/"); found {
		return strings.Trim(id, "/")
	}
	_, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	id, _, _ := strings.Cut(rest, "/")
	return id
}

// isFault reports whether a path is one of fault injection.
func isFault(path string) bool {
	return strings.HasPrefix(path, "/api/") && strings.Contains(path, "/fault/v1/")
}
