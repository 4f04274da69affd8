package plan

import (
	"slices"
	"time"
)

// Resource is one of those that a task consists of: a container, a volume, the sandbox, or all that
// its containers refer to.
type Resource struct {
	kind  resourceKind
	Index int // of a container or a volume
}

type resourceKind int

const (
	containerKind resourceKind = iota
	volumeKind
	sandboxKind
	executionKind
)

var (
	Sandbox   = Resource{kind: sandboxKind}
	Resources = Resource{kind: executionKind} // see executionResources
)

func Container(i int) Resource { return Resource{containerKind, i} }

func Volume(k int) Resource { return Resource{volumeKind, k} }

// resourceState is what is known of a resource beside the task's status.
type resourceState struct {
	Busy   bool // an engine call is under way
	Exited bool // the engine says that it has ended, which has to be looked at
	Late   bool // and that happened while the agent did not listen
	News   int  // how often the engine has said so

	// Of a container:
	Absent   bool      // the image has to be pulled
	Logless  bool      // its log stream is to be made before anything is pulled
	LogSince time.Time // it was first tried to make that, in vain
	Region   bool      // its image itself names one
	Ours     bool      // made by this runner, or about to be
	Stale    bool      // it was made for a sandbox that was replaced
	Stuck    bool      // its stop, which is under way, takes much longer than its stopTimeout
}

func (v *View) State(of Resource) *resourceState {
	switch of.kind {
	case volumeKind:
		return &v.Volumes[of.Index].resourceState
	case sandboxKind:
		return &v.sandboxIs
	case executionKind:
		return &v.Resources.resourceState
	}
	return &v.containers[of.Index]
}

// IsProxy reports whether a container is the task's proxy of Service Connect.
func (v *View) IsProxy(on Resource) bool {
	return v.Proxy != "" && on.kind == containerKind && v.Status.Containers[on.Index].Name == v.Proxy
}

// Busy reports whether an engine call is under way for any resource.
func (v *View) Busy() bool {
	return v.sandboxIs.Busy || v.Resources.Busy || v.makingVolumes() ||
		slices.ContainsFunc(v.containers, func(is resourceState) bool { return is.Busy })
}
