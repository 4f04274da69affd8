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

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Address finds where an engine reaches the emulator's registry. That is the endpoint's own address where the engine is on this
// machine. Elsewhere it is a port of the loopback address of the engine's host, which leads here by the engine's relay.
type Address struct {
	// Engine is asked. Nil: it pulls nothing, and the registry is at Own.
	Engine backend.RegistryHost
	// Own is the address of the endpoint on this machine. Empty: it has none.
	Own string
	Log *slog.Logger
	// Found is told of each address that is found. It may be nil.
	Found func(address string)

	finding sync.Mutex // held while the engine is asked

	mu     sync.Mutex
	at     string              // what was found last; empty is nothing
	logins map[string]struct{} // passwords of logins under way
	failed time.Time           // when nothing was found
}

const (
	// loginTime bounds one attempt of an engine to log in, which takes milliseconds (ECR-34).
	loginTime = 5 * time.Second
	// findTime bounds what a request waits. An engine that has much to do takes seconds to make its relay.
	findTime = 20 * time.Second
	// findPause is how long an address that was not found is not looked for again, as requests wait for that.
	findPause = 10 * time.Second
)

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
	if a.settled() {
		return a.Best()
	}
	a.finding.Lock()
	defer a.finding.Unlock()
	if a.settled() {
		return a.Best()
	}
	at, err := a.find(ctx)
	if err != nil && ctx.Err() != nil { // the caller has given up
		return a.Best()
	}
	known := a.known()
	a.note(at, err)
	switch {
	case err != nil:
		a.Log.Warn("the engine does not reach the registry, so tasks cannot run images that are pushed to it", "error", err)
	case at != known && a.Found != nil:
		a.Found(at)
	}
	return a.Best()
}

func (a *Address) note(at string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil {
		a.failed = time.Now()
		return
	}
	a.at, a.failed = at, time.Time{}
}

// settled reports whether the engine need not be asked now.
func (a *Address) settled() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.at != "" && a.at == a.Own || !a.failed.IsZero() && time.Since(a.failed) < findPause
}

func (a *Address) find(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	if a.Engine == nil || a.Needed(ctx) == 0 {
		return a.Own, nil
	}
	port, err := a.Engine.RegistryPort(ctx)
	if err != nil {
		return "", err
	}
	if port == 0 {
		return "", errors.New("no port of its host's loopback address could be published")
	}
	at := net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port)))
	if at == a.known() {
		return at, nil
	}
	return at, a.reaches(ctx, at)
}

func (a *Address) known() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.at
}

// Needed is the port that is best for the registry at the engine's host: 0 where the engine reaches Own.
func (a *Address) Needed(ctx context.Context) uint16 {
	known := a.known()
	_, text, _ := net.SplitHostPort(a.Own)
	port, _ := strconv.ParseUint(text, 10, 16)
	switch {
	case port == 0:
		return backend.RelayPort
	case known == "" && a.reaches(ctx, a.Own) == nil, known == a.Own:
		return 0
	}
	return uint16(port)
}

// reaches has the engine log in to an address, and says why it did not get here. Another registry may take any login.
func (a *Address) reaches(ctx context.Context, address string) error {
	password := rand.Text()
	a.mu.Lock()
	if a.logins == nil {
		a.logins = map[string]struct{}{}
	}
	a.logins[password] = struct{}{}
	a.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, loginTime)
	defer cancel()
	err := a.Engine.LogIn(ctx, address, backend.RegistryAuth{Username: loginUser, Password: password})
	if a.IsLogin(loginUser, password) {
		if err == nil {
			err = errors.New("another registry answers at " + address)
		}
		return err
	}
	return nil
}

// IsLogin reports whether a login has not arrived yet by which an engine shows that it gets here. It does so once.
func (a *Address) IsLogin(user, password string) bool {
	if user != loginUser {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	_, is := a.logins[password]
	delete(a.logins, password)
	return is
}
