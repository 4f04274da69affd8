package image

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/credentials"
	"github.com/docker/cli/cli/config/types"
	"github.com/moby/moby/api/types/registry"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// dockerHubKey is the name under which `docker login` stores the login of docker.io.
// Source: docs.docker.com, "docker login", credentials store.
const dockerHubKey = "https://index.docker.io/v1/"

// login is the login for a pull: the one given, else the user's own
// from the configuration file or its credential helper. Without any the pull is
// anonymous, also if the helper cannot be asked or has no answer: most images need no
// login, and for others the registry says so. The docker command does the same.
func (s *Store) login(ctx context.Context, spec backend.PullSpec, patience time.Duration) (registry.AuthConfig, error) {
	if spec.Auth != nil {
		return registry.AuthConfig{Username: spec.Auth.Username, Password: spec.Auth.Password}, nil
	}
	named, err := reference.ParseNormalizedNamed(spec.Ref)
	if err != nil {
		return registry.AuthConfig{}, err
	}
	key := reference.Domain(named)
	if key == "docker.io" {
		key = dockerHubKey
	}
	var login types.AuthConfig
	err = whileProgress(ctx, patience, func(ctx context.Context, _ func(time.Duration)) (err error) {
		login, err = s.ownLogin(ctx, key)
		return err
	})
	if ctx.Err() != nil {
		return registry.AuthConfig{}, fmt.Errorf("look for a login: %w", context.Cause(ctx))
	}
	if err != nil {
		if _, said := s.helpless.LoadOrStore(key, struct{}{}); !said {
			s.log.Warn("no login for a registry: its images are pulled without one; use docker login", "registry", key, "error", err)
		}
	}
	return registry.AuthConfig{
		Username: login.Username, Password: login.Password, Auth: login.Auth,
		ServerAddress: login.ServerAddress, IdentityToken: login.IdentityToken, RegistryToken: login.RegistryToken,
	}, nil
}

// ownLogin is the user's own login. A credential helper may wait for its user to unlock a key chain, and is left to that
// when the context ends: pulls that come meanwhile wait for the same one. A configuration file that is damaged is read as far as
// it goes.
func (s *Store) ownLogin(ctx context.Context, key string) (types.AuthConfig, error) {
	answer := s.lookups.DoChan(key, func() (any, error) {
		file, err := config.Load("")
		if !file.ContainsAuth() {
			file.CredentialsStore = credentials.DetectDefaultStore(file.CredentialsStore)
		}
		login, helpless := file.GetAuthConfig(key)
		if err == nil {
			err = helpless
		}
		return login, err
	})
	select {
	case a := <-answer:
		login, _ := a.Val.(types.AuthConfig)
		return login, a.Err
	case <-ctx.Done():
		return types.AuthConfig{}, ctx.Err()
	}
}

// unsaid is an error without the login, which registries may repeat in their refusals, and engines after them.
type unsaid struct {
	error
	text string
}

func (e *unsaid) Error() string { return e.text }

func (e *unsaid) Unwrap() error { return e.error }

// shortestUnsaid is how long a value is that is left out. A shorter one would be found in words that have nothing to do with it.
const shortestUnsaid = 4

// quoted is a value as it stands between quotes.
func quoted(value string) string {
	text := strconv.Quote(value)
	return text[1 : len(text)-1]
}

// withoutLogin has stars in an error for what a login has.
func withoutLogin(err error, login registry.AuthConfig) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	values := []string{login.Auth, login.Password, login.IdentityToken, login.RegistryToken}
	if login.Password != "" {
		values = append(values, base64.StdEncoding.EncodeToString([]byte(login.Username+":"+login.Password)))
	}
	sorting.By(values, func(a, b string) int { return len(b) - len(a) }) // what has another one in it comes first
	for _, value := range values {
		if len(value) < shortestUnsaid {
			continue
		}
		once := quoted(value)
		for _, form := range []string{quoted(once), once, value} { // engines quote what a registry says, which may be JSON
			text = strings.ReplaceAll(text, form, "***")
		}
	}
	if text == err.Error() {
		return err
	}
	return &unsaid{err, text}
}
