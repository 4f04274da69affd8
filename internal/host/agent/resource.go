package agent

import (
	"slices"
	"time"
)

// resource is one of those that a task consists of: a container, a volume, the sandbox, or all that
// its containers refer to.
type resource struct {
	kind  resourceKind
	index int // of a container or a volume
}

type resourceKind int

const (
	containerKind resourceKind = iota
	volumeKind
	sandboxKind
	executionKind
)

var (
	theSandbox   = resource{kind: sandboxKind}
	theResources = resource{kind: executionKind} // see executionResources
)

func theContainer(i int) resource { return resource{containerKind, i} }

func theVolume(k int) resource { return resource{volumeKind, k} }

// resourceState is what is known of a resource beside the task's status.
type resourceState struct {
	busy   bool // an engine call is under way
	exited bool // the engine says that it has ended, which has to be looked at
	late   bool // and that happened while the agent did not listen
	news   int  // how often the engine has said so

	// Of a container:
	absent   bool      // the image has to be pulled
	logless  bool      // its log stream is to be made before anything is pulled
	logSince time.Time // it was first tried to make that, in vain
	region   bool      // its image itself names one
	ours     bool      // made by this runner, or about to be
	stale    bool      // it was made for a sandbox that was replaced
}

func (v *view) state(of resource) *resourceState {
	switch of.kind {
	case volumeKind:
		return &v.volumes[of.index].resourceState
	case sandboxKind:
		return &v.sandboxIs
	case executionKind:
		return &v.resources.resourceState
	}
	return &v.containers[of.index]
}

// isProxy reports whether a container is the task's proxy of Service Connect.
func (v *view) isProxy(on resource) bool {
	return v.proxy != "" && on.kind == containerKind && v.status.Containers[on.index].Name == v.proxy
}

// busy reports whether an engine call is under way for any resource.
func (v *view) busy() bool {
	return v.sandboxIs.busy || v.resources.busy || v.makingVolumes() ||
		slices.ContainsFunc(v.containers, func(is resourceState) bool { return is.busy })
}
