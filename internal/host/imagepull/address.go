package imagepull

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// AddressOptions are what an Address needs.
type AddressOptions struct {
	// Engine is asked. Nil: it pulls nothing, and the registry is at Own.
	Engine backend.RegistryHost
	// Own is the address of the endpoint on this machine. Nothing is at port 0.
	Own string
	Log *slog.Logger
	// Found is told of each address that is found.
	Found func(address string)
}

// Address finds where an engine reaches the emulator's registry. That is the endpoint's own address where the engine is on this
// machine. Elsewhere it is a port of the loopback address of the engine's host, which leads here by the engine's relay, and may
// have the number of the endpoint's.
type Address struct {
	AddressOptions
	finding *semaphore.Weighted // held while the engine is asked

	mu     sync.Mutex
	at     string               // what was found last; empty is nothing
	direct bool                 // it is Own, and the engine gets there without its relay
	told   string               // to Found
	failed time.Time            // when nothing was found
	logins map[string]chan bool // by the passwords of logins under way: whether one has come over the relay
}

// NewAddress finds nothing yet.
func NewAddress(o AddressOptions) *Address {
	return &Address{AddressOptions: o, finding: semaphore.NewWeighted(1), logins: map[string]chan bool{}}
}

const (
	// loginTime bounds one attempt of an engine to log in, which takes milliseconds (ECR-34).
	loginTime = 5 * time.Second
	// findTime bounds what a request waits. An engine that has much to do takes seconds to make its relay.
	findTime = 20 * time.Second
	// findPause is how long an address that was not found is not looked for again, as requests wait for that.
	findPause = 10 * time.Second
)

// portOfNone is the port that is best for an endpoint without one: not the default port, which other emulators want.
const portOfNone = 15599

// loginUser is the user of logins by which an engine shows that it gets here.
const loginUser = "ecs-emulator"

// Best is the address as far as it is known.
func (a *Address) Best() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.at == "" {
		return a.Own
	}
	return a.at
}

// Find is Best after the engine was asked, if it has not been. It bounds how long that takes.
func (a *Address) Find(ctx context.Context) string {
	if a.settled() || a.finding.Acquire(ctx, 1) != nil {
		return a.Best()
	}
	defer a.finding.Release(1)
	if a.settled() {
		return a.Best()
	}
	at, direct, err := a.find(ctx)
	switch {
	case err == nil:
		a.note(at, direct)
	case ctx.Err() == nil: // else the caller has given up
		a.Log.Warn("the engine does not reach the registry, so tasks cannot run images that are pushed to it", "error", err)
		a.mu.Lock()
		a.failed = time.Now()
		a.mu.Unlock()
	}
	return a.Best()
}

// Forget has the engine asked again, and Found told: what was found is gone with a reset.
func (a *Address) Forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.at, a.direct, a.told, a.failed = "", false, "", time.Time{}
}

// note keeps what was found, and tells of it.
func (a *Address) note(at string, direct bool) {
	a.mu.Lock()
	a.at, a.direct, a.failed = at, direct, time.Time{}
	known := a.told == at
	a.told = at
	a.mu.Unlock()
	if !known {
		a.Found(at)
	}
}

// settled reports whether the engine need not be asked now.
func (a *Address) settled() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.direct && a.told != "" || !a.failed.IsZero() && time.Since(a.failed) < findPause
}

func (a *Address) find(ctx context.Context) (at string, direct bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	if a.Engine == nil || a.Needed(ctx) == 0 {
		return a.Own, true, nil
	}
	port, err := a.Engine.RegistryPort(ctx)
	switch {
	case err != nil:
		return "", false, err
	case port == 0 && a.Needed(ctx) == 0: // the engine was late before
		return a.Own, true, nil
	case port == 0:
		return "", false, errors.New("no port of its host's loopback address could be published")
	}
	at = net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port)))
	if at != a.known() {
		_, err = a.reach(ctx, at)
	}
	return at, false, err
}

func (a *Address) known() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.at
}

// Needed is the port that is best for the registry at the engine's host: 0 where the engine reaches Own without its relay.
func (a *Address) Needed(ctx context.Context) uint16 {
	_, text, _ := net.SplitHostPort(a.Own)
	port, _ := strconv.ParseUint(text, 10, 16)
	if port == 0 {
		return portOfNone
	}
	a.mu.Lock()
	asked, direct := a.at != "", a.direct
	a.mu.Unlock()
	if !asked && !direct {
		overRelay, err := a.reach(ctx, a.Own)
		direct = err == nil && !overRelay
		a.mu.Lock()
		a.direct = a.direct || direct // another caller may have seen it meanwhile
		direct = a.direct
		a.mu.Unlock()
	}
	if direct {
		return 0
	}
	return uint16(port)
}

// reach has the engine log in to an address, and says whether the login came over the relay, or why it did not come. Another
// registry may take any login.
func (a *Address) reach(ctx context.Context, address string) (overRelay bool, err error) {
	password, came := rand.Text(), make(chan bool, 1)
	a.mu.Lock()
	a.logins[password] = came
	a.mu.Unlock()
	defer a.IsLogin(loginUser, password, false)
	ctx, cancel := context.WithTimeout(ctx, loginTime)
	defer cancel()
	err = a.Engine.LogIn(ctx, address, backend.RegistryAuth{Username: loginUser, Password: password})
	select {
	case overRelay = <-came:
		return overRelay, nil
	default:
	}
	if err == nil {
		err = errors.New("another registry answers at " + address)
	}
	return false, err
}

// IsLogin reports whether a login, which may have come over the relay, is one by which an engine shows that it gets here. It
// does so once.
func (a *Address) IsLogin(user, password string, overRelay bool) bool {
	if user != loginUser {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	came, is := a.logins[password]
	delete(a.logins, password)
	if is {
		came <- overRelay
	}
	return is
}
