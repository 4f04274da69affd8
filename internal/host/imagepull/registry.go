package imagepull

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Registry is the emulator's own registry, which stands for Amazon ECR.
type Registry struct {
	Home arn.Scope // of repositories whose paths say no account and region
	// Hosts are the hosts, with ports, by which names mean it. The first one is the engine's, as far as it is known.
	Hosts func() []string
	// Find asks the engine of one of the agent's hosts where it reaches the registry, if that is not known. Nil: it is.
	Find func(ctx context.Context, host string) string
	// Login is the login by which an engine pulls for a task, or a LoginError.
	Login func(ctx context.Context, t *state.Task) (*backend.RegistryAuth, error)
	// MayPull refuses a task an image, of which a simulated engine asks the registry nothing. Nil: each task may have it.
	MayPull func(ctx context.Context, t *state.Task, image Choice) error
	// Strict says that no local image stands in for a tag that a repository does not have.
	Strict bool
}

// mayHave reports whether a name may be of the registry, which is quicker than to read it.
func (r *Registry) mayHave(image string, hosts []string) bool {
	host, _, more := strings.Cut(image, "/")
	return more && (strings.Contains(host, ".dkr") || strings.Contains(strings.Join(hosts, " "), host))
}

// Choose finds the image that a container is to run, which its definition names and which may be pinned. A name of ECR
// is of the registry as soon as anything was pushed to its repository; before that it stays as it is, and so do all
// other names.
func (r *Registry) Choose(tx *store.Tx, c Choice, simulated bool) (Choice, *LacksError) {
	hosts := r.Hosts()
	if !r.mayHave(c.Ref, hosts) {
		return c, nil
	}
	name, ok := ecr.ReadImageName(c.Ref, r.Home, hosts)
	if !ok {
		return c, nil
	}
	repository := name.Pushed(tx)
	if repository == nil {
		if !c.Own {
			return c, nil
		}
		repository = &ecr.Repository{Scope: name.Scope, Name: name.Repository} // it was deleted, with the image that is pinned
	}
	tagged := ecr.FindTagged(tx, repository, name.Tag)
	image := tagged
	if digest := cmp.Or(name.Digest, c.Digest); digest != "" {
		image = ecr.Images.Find(tx, repository, digest)
	}
	if image == nil && name.Digest == "" && c.Digest != "" && !c.Own { // pinned before anything was pushed here
		return c, nil
	}
	c.Digest, c.Own, c.Repository = cmp.Or(name.Digest, c.Digest), true, repository.ARN()
	if !simulated {
		c.From = hosts[0] + "/" + repository.Path(r.Home)
	}
	if image == nil {
		host, _, _ := strings.Cut(c.Ref, "/")
		return c, &LacksError{Ref: c.Ref, Host: host, Repository: name.Repository, Digest: c.Digest}
	}
	c.Digest = image.Digest
	if tagged == image && !simulated {
		c.Tag, _, _ = strings.Cut(c.Ref, "@")
	}
	return c, nil
}

// Reach is a choice with the address from which the engine of one of the agent's hosts pulls it.
func (r *Registry) Reach(ctx context.Context, host string, c Choice) Choice {
	if _, path, own := strings.Cut(c.From, "/"); own && r.Find != nil {
		c.From = r.Find(ctx, host) + "/" + path
	}
	return c
}

// LoginError says why a task is given no login, in the words of the API.
type LoginError struct{ Err error }

func (e *LoginError) Error() string { return e.Err.Error() }

func (e *LoginError) Unwrap() error { return e.Err }

// LacksError says that a repository does not have the image that a definition names, or that a revision is pinned to.
type LacksError struct {
	Ref, Host, Repository string
	Digest                string // empty: there is no image with the tag
}

// Error is what Docker says of a repository in ECR. Source: field reports.
func (e *LacksError) Error() string {
	return "manifest for " + e.Ref + " not found: manifest unknown: Requested image not found"
}

// Resolving is what the agent on Fargate says of a reference (ECR0008).
func (e *LacksError) Resolving(ref string) string {
	if e.Digest == "" {
		return ref + ": not found"
	}
	return fmt.Sprintf("unexpected status from HEAD request to https://%s/v2/%s/blobs/%s: 403 Forbidden", e.Host, e.Repository, e.Digest)
}

// StandsIn reports whether a local image runs in place of one that the registry does not have, on Fargate or on a
// container instance. A tag may be of a local build that was never pushed. A digest is cached by instances alone.
func (r *Registry) StandsIn(lacks *LacksError, by Agent, fargate bool) bool {
	if lacks.Digest == "" {
		return !r.Strict
	}
	return !fargate && !by.FailureIsFinal()
}
