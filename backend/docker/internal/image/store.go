// Package image inspects and pulls images, with the logins of the user.
package image

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/authconfig"
	"github.com/moby/moby/client"
	"github.com/moby/moby/client/pkg/versions"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/singleflight"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// inspectTimeout bounds an inspection that several callers wait for.
// Source: amazon-ecs-agent, inspect timeout.
const inspectTimeout = 30 * time.Second

// Store is the images of an engine.
type Store struct {
	client      dockerapi.Client
	log         *slog.Logger
	inspections singleflight.Group // by reference
	lookups     singleflight.Group // of the user's own logins, by registry
	pulls       sharedPulls
	recent      sync.Map // by digest, the key of its latest pull that has ended recently
	helpless    sync.Map // registries whose login could not be looked up
}

// New returns the images of an engine.
func New(client dockerapi.Client, log *slog.Logger) *Store { return &Store{client: client, log: log} }

// shareTime is how long callers join an inspection under way. One that takes longer may never be answered.
const shareTime = time.Second

// Inspect tells of an image for a platform; see backend.Engine. Tasks that start together mostly
// have the same image, and inspecting one is work for the engine: callers that ask at the same time
// share the answer.
func (s *Store) Inspect(ctx context.Context, ref, platform string) (backend.Image, error) {
	key := ref + " " + platform
	answer := s.inspections.DoChan(key, func() (any, error) {
		defer time.AfterFunc(shareTime, func() { s.inspections.Forget(key) }).Stop()
		shared, cancel := context.WithTimeout(context.WithoutCancel(ctx), inspectTimeout)
		defer cancel()
		return s.inspectImage(shared, ref, platform)
	})
	select {
	case <-ctx.Done():
		return backend.Image{}, ctx.Err()
	case a := <-answer:
		return a.Val.(backend.Image), a.Err
	}
}

// inspectImage asks for the engine's own platform first, which is the one that is mostly wanted. The id stays that of the name: containers are not made from the id of
// one of its platforms.
func (s *Store) inspectImage(ctx context.Context, ref, platform string) (backend.Image, error) {
	found, err := s.client.ImageInspect(ctx, ref)
	if err != nil {
		return backend.Image{}, dockerapi.Classify(err)
	}
	id := found.ID
	if platform != "" && platform != found.Os+"/"+found.Architecture && versions.GreaterThanOrEqualTo(s.client.ClientVersion(), platformsKnown) {
		wanted, err := s.client.ImageInspect(ctx, ref, client.ImageInspectWithPlatform(Platform(platform)))
		switch {
		case err == nil:
			found = wanted
		case !cerrdefs.IsNotFound(err):
			return backend.Image{}, dockerapi.Classify(err)
		}
	}
	seen := backend.Image{ID: id, Digests: found.RepoDigests, Architecture: found.Architecture, OS: found.Os}
	if found.Config != nil {
		seen.Env = found.Config.Env
	}
	return seen, nil
}

// platformsKnown is the version of the API from which on an engine tells of an image for a
// platform. With containerd's image store a name stands for those of several, with Docker's
// own for one. Source: Docker Engine API version history, v1.49 (Docker 28.1).
const platformsKnown = "1.49"

// Platform reads "linux/amd64".
func Platform(text string) *ocispec.Platform {
	os, architecture, _ := strings.Cut(text, "/")
	return &ocispec.Platform{OS: os, Architecture: architecture}
}

// How long a pull may take to begin, and how long its downloads may then make no progress. An engine may tell nothing of layers
// that wait for other pulls, nor while it unpacks, so then it has as long as to begin.
// Source: amazon-ecs-agent, DockerPullBeginTimeout and ECS_IMAGE_PULL_INACTIVITY_TIMEOUT.
const (
	beginTimeout      = 5 * time.Minute
	inactivityTimeout = time.Minute
)

// Pull pulls an image; see backend.Engine. It takes as long as it makes progress.
func (s *Store) Pull(ctx context.Context, spec backend.PullSpec) error {
	return s.PullWithin(ctx, spec, beginTimeout)
}

// PullWithin is Pull that ends if it has not begun within patience.
//
// Tasks that start together share a pull, if they have the same login: the registry may answer
// another one differently. With the first message the engine has resolved a tag, which may have
// moved when a later task comes; a digest stays, also for tasks that come when the pull has just ended.
func (s *Store) PullWithin(ctx context.Context, spec backend.PullSpec, patience time.Duration) error {
	login, err := s.login(ctx, spec, patience)
	if err != nil {
		return err
	}
	auth, err := authconfig.Encode(login)
	if err != nil {
		return err
	}
	who := auth
	if spec.Auth != nil && spec.Auth.Principal != "" {
		who = spec.Auth.Principal
	}
	key := strings.Join([]string{spec.Ref, spec.Platform, who}, " ")
	seen := func(of *progress) {
		if spec.Progress != nil {
			spec.Progress(of.read)
		}
	}
	err = s.pulls.do(ctx, key, seen, func(ctx context.Context, closed func(), of *progress) error {
		if strings.Contains(spec.Ref, "@") {
			return s.pullDigest(ctx, key, spec, auth, patience, of)
		}
		return s.pullImage(ctx, spec, auth, patience, closed, of)
	})
	if err != nil || spec.Tag == "" {
		return withoutLogin(err, login)
	}
	if _, err := s.client.ImageTag(ctx, client.ImageTagOptions{Source: spec.Ref, Target: spec.Tag}); err != nil {
		s.log.Warn("an image that was pulled cannot be given its name, which is for people", "image", spec.Ref, "name", spec.Tag, "error", err)
	}
	return nil
}

func (s *Store) pullImage(ctx context.Context, spec backend.PullSpec, auth string, patience time.Duration, resolved func(), of *progress) error {
	begun := false
	err := dockerapi.Classify(whileProgress(ctx, patience, func(ctx context.Context, progress func(limit time.Duration)) error {
		options := client.ImagePullOptions{RegistryAuth: auth}
		if spec.Platform != "" {
			options.Platforms = []ocispec.Platform{*Platform(spec.Platform)}
		}
		stream, err := s.client.ImagePull(ctx, spec.Ref, options)
		if err != nil {
			return err
		}
		// What goes wrong after the beginning of a pull is told in the messages.
		for message, err := range stream.JSONMessages(ctx) {
			resolved()
			begun = begun || err == nil && message.Error == nil
			switch {
			case err != nil:
				return err
			case message.Error != nil:
				return errors.New(message.Error.Message)
			}
			of.note(message)
			progress(of.limit())
		}
		return nil
	}))
	silent := errors.Is(err, errSilent)
	if silent || begun && err != nil && ctx.Err() == nil && !errors.Is(err, backend.ErrNoPlatform) && !errors.Is(err, backend.ErrUnavailable) {
		return &backend.BrokenPullError{Silent: silent, Begun: begun, Err: err}
	}
	return err
}

var errSilent = errors.New("no progress")

// whileProgress ends what makes no progress within patience, and then within the limit that its progress comes with.
func whileProgress(ctx context.Context, patience time.Duration, do func(ctx context.Context, progress func(limit time.Duration)) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var limit atomic.Int64
	limit.Store(int64(patience))
	stalled := time.AfterFunc(patience, func() { cancel(fmt.Errorf("%w for %s", errSilent, time.Duration(limit.Load()))) })
	defer stalled.Stop()
	err := do(ctx, func(next time.Duration) {
		next = min(next, patience)
		limit.Store(int64(next))
		stalled.Reset(next)
	})
	if why := context.Cause(ctx); err != nil && why != nil {
		return why
	}
	return err
}
