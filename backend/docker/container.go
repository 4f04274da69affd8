package docker

import (
	"cmp"
	"context"
	"errors"
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/image"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/request"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/warm"
)

// Create implements backend.Engine. Without a sandbox the container has no network.
// Where the engine cannot bound the sum of a sandbox's containers, each container gets its sandbox's
// limits where the spec has none.
func (e *Engine) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	defer e.warm.TaskStarts()()
	if err := e.heartbeat.Ensure(ctx); err != nil {
		return "", dockerapi.Classify(err)
	}
	known, err := e.engineFacts(ctx)
	if err != nil {
		return "", dockerapi.Classify(err)
	}
	if err := known.checkLog(spec.Log); err != nil {
		return "", err
	}
	var sandbox request.Sandbox
	if spec.Sandbox != "" {
		if sandbox, err = e.sandbox(ctx, spec.Sandbox); err != nil {
			return "", dockerapi.Classify(err)
		}
	}
	if err := spec.CheckNames(spec.Joins == "" && spec.Network == "" && sandbox.IP.IsValid()); err != nil {
		return "", err
	}
	if err := request.CheckServers(spec.Names.Servers); err != nil {
		return "", err
	}
	spec.Ulimits = e.ulimits.Possible(spec.Ulimits)
	c := containers.Creation{CreateRequest: request.Container(e.owner, spec, sandbox, sandbox.Group != ""), Name: spec.Name}
	if spec.Log.Ample {
		c.HostConfig.LogConfig = request.AmpleLog(known.logDrivers)
	}
	if spec.Exec {
		program, err := e.sessions.Mount(ctx)
		if err != nil {
			return "", dockerapi.Classify(err)
		}
		c.HostConfig.Mounts = append(c.HostConfig.Mounts, program)
	}
	if spec.Platform != "" {
		c.Platform = image.Platform(spec.Platform)
	}
	return e.createWithFiles(ctx, c, spec, known)
}

// createWithFiles makes a container and puts its files there.
func (e *Engine) createWithFiles(ctx context.Context, c containers.Creation, spec backend.ContainerSpec, known facts) (string, error) {
	files, hidden, err := e.splitFiles(ctx, spec)
	if err != nil {
		return "", dockerapi.Classify(err)
	}
	makeRoom(c.HostConfig, files)
	if len(hidden) > 0 {
		unused, err := e.mountFiles(ctx, &c, hidden)
		if err != nil {
			return "", dockerapi.Classify(err)
		}
		defer unused()
	}
	id, err := e.createIn(ctx, c, spec, known)
	if err == nil {
		err = dockerapi.Classify(e.putFiles(ctx, id, files))
	}
	return id, err
}

// createIn makes a container in the network that its spec says.
func (e *Engine) createIn(ctx context.Context, c containers.Creation, spec backend.ContainerSpec, known facts) (string, error) {
	switch {
	case spec.Network != "" && spec.Joins != "":
		return "", errors.New("a container is on a network or joins a sandbox, not both")
	case spec.Network != "":
		request.ReachHost(c.HostConfig, known.hostGateway)
		return e.createOn(ctx, c, spec)
	case spec.Joins != "":
		if _, err := e.sandbox(ctx, spec.Joins); err != nil {
			return "", dockerapi.Classify(err)
		}
		if err := e.lendNames(ctx, c.HostConfig, spec); err != nil {
			return "", dockerapi.Classify(err)
		}
	}
	made, err := e.containers.Create(ctx, c)
	return made.ID, dockerapi.Classify(err)
}

// createOn makes a container with an address of its own.
func (e *Engine) createOn(ctx context.Context, c containers.Creation, spec backend.ContainerSpec) (string, error) {
	vpc, err := e.networks.Get(ctx, spec.Network)
	if err != nil {
		return "", dockerapi.Classify(err)
	}
	if err := e.relay.NameAcross(ctx, c.HostConfig, vpc); err != nil {
		return "", dockerapi.Classify(err)
	}
	ip, err := vpc.Addresses.Take(netip.Prefix{})
	if err != nil {
		found, err := e.existing(ctx, spec.Name, err)
		return found.ID, err
	}
	if vpc.Isolated && len(c.HostConfig.DNS) == 0 {
		c.HostConfig.DNS = []netip.Addr{vpc.Gateway} // of the sandbox that routes the network
	}
	request.PutOn(&c.CreateRequest, vpc, ip, nil)
	made, err := e.containers.Create(ctx, c)
	if err != nil || !made.Fresh {
		vpc.Addresses.Give(ip)
		return made.ID, dockerapi.Classify(err)
	}
	e.leases.Add(made.ID, vpcnet.Lease{IP: ip, From: vpc.Addresses})
	return made.ID, nil
}

// Start implements backend.Engine.
func (e *Engine) Start(ctx context.Context, id string) error {
	ended := e.warm.TaskStarts()
	defer func() { ended() }()
	its, err := e.containers.Facts(ctx, id)
	id = e.claims.Resolve(id)
	if err == nil && its.Bound != "" {
		err = e.containers.ExpectRunning(ctx, its.Bound)
	}
	if err == nil && its.Sandbox {
		err = e.setLimits(ctx, id)
	}
	if err == nil {
		err = e.leases.Resume(id)
	}
	if err != nil {
		return dockerapi.Classify(err)
	}
	began := e.leases.Began(id)
	again := false
	if its.Sandbox {
		again = its.Networked && e.startsAgain(ctx, id)
	} else {
		e.relay.Await(ctx)
		ended = e.warm.ContainerStarts(ended)
	}
	e.answering.forget(id)
	e.stats.Restarts(id)
	err = e.client.ContainerStart(ctx, id)
	if dockerapi.BridgeFull(err) && e.warm.Release(ctx, func(warm.Sandbox) bool { return true }) {
		err = e.client.ContainerStart(ctx, id)
	}
	if its.Sandbox && vpcnet.NotHere(err) && e.bring(ctx, id) {
		err = e.client.ContainerStart(ctx, id)
	}
	err = e.whyNotStarted(ctx, id, err)
	if err != nil && !its.Sandbox && !dockerapi.Lost(err) && ctx.Err() == nil { // the engine has refused it
		e.leases.Rest(id, began)
	}
	if err == nil && again {
		err = e.clearFilter(ctx, id)
	}
	if err == nil && its.Routes != "" {
		err = e.commands.Tell(ctx, id, append([]string{"route"}, strings.Fields(its.Routes)...)...)
	}
	if err == nil && its.Sandbox {
		e.checkMetadata(id)
	}
	return dockerapi.Classify(err)
}

// Stop implements backend.Engine. The engine counts whole seconds; a fraction is
// rounded up.
func (e *Engine) Stop(ctx context.Context, id string, grace time.Duration) error {
	its, err := e.containers.Facts(ctx, id)
	if err != nil {
		return dockerapi.Classify(err)
	}
	id = e.claims.Resolve(id)
	e.unfreeze(ctx, cmp.Or(its.Bound, its.Joins))
	seconds := max(0, int(math.Ceil(grace.Seconds())))
	return dockerapi.Classify(e.client.ContainerStop(ctx, id, seconds))
}

// unfreeze resumes a sandbox that a user has paused, and the container instance that it is in: while one of them is
// paused, what shares its control group cannot end.
// Source: Linux, Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst: a frozen group freezes those below it.
func (e *Engine) unfreeze(ctx context.Context, sandboxID string) {
	soon, cancel := context.WithTimeout(ctx, inspectPatience)
	defer cancel()
	var paused []string
	var err error
	for id := sandboxID; id != "" && err == nil; {
		var found container.InspectResponse
		if found, err = e.client.ContainerInspect(soon, id); err == nil {
			if found.State.Paused {
				paused = append(paused, id)
			}
			id = found.Config.Labels[label.BoundKey]
		}
	}
	for _, id := range slices.Backward(paused) { // the outer one first
		_, failed := e.client.ContainerUnpause(soon, id, client.ContainerUnpauseOptions{})
		err = errors.Join(err, failed)
	}
	if err != nil && !cerrdefs.IsNotFound(err) {
		e.log.Debug("the sandbox of a container that is to stop may be paused", "container", sandboxID, "error", err)
	}
}

// Crash implements backend.Crasher.
func (e *Engine) Crash(ctx context.Context, id string) error {
	if _, err := e.containers.Facts(ctx, id); err != nil { // there is none, or it is another owner's
		return dockerapi.Classify(err)
	}
	_, err := e.client.ContainerKill(ctx, e.claims.Resolve(id), client.ContainerKillOptions{Signal: "KILL"})
	if cerrdefs.IsConflict(err) { // it does not run
		return nil
	}
	return dockerapi.Classify(err)
}

// Remove implements backend.Engine. Remove the containers of a sandbox before the
// sandbox: their control groups lie inside its own.
func (e *Engine) Remove(ctx context.Context, id string) error {
	its, err := e.containers.Facts(ctx, id)
	id = e.claims.Resolve(id)
	switch {
	case err == nil && its.Sandbox:
		err = e.limits.RemoveSandbox(ctx, id)
	case err == nil:
		err = e.containers.Remove(ctx, id)
	}
	if err == nil || errors.Is(dockerapi.Classify(err), backend.ErrNotFound) {
		e.containers.Forget(id)
		e.forget(id)
		return nil
	}
	return dockerapi.Classify(err)
}
