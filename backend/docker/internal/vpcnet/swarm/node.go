// Package swarm reads what engines say about the Docker swarm that they are in, and decides what follows.
package swarm

import (
	"fmt"

	"github.com/moby/moby/api/types/swarm"
)

// Node is what an engine is in a swarm.
type Node struct {
	ID      string
	Address string // of its host, at which the others reach it
	Cluster string // the swarm's id, which managers alone tell
	Manager bool
}

// Role is what `docker node ls` calls it.
func (n Node) Role() string {
	if n.Manager {
		return "manager"
	}
	return "worker"
}

// Engine names an engine in messages.
type Engine struct {
	Name    string // empty is none
	Host    string // its address, as the docker command takes it
	Context string // of the docker command, which may have keys, too; empty is none
}

func (e Engine) String() string {
	if e.Name == "" {
		return "the engine at " + e.Host
	}
	return "the engine " + e.Name
}

// docker is a command for the engine.
func (e Engine) docker(words string) string {
	if e.Context != "" {
		return fmt.Sprintf("`docker --context %s %s`", e.Context, words)
	}
	return fmt.Sprintf("`docker -H %s %s`", e.Host, words)
}

// Outside is the error of an engine that is in no swarm.
type Outside struct{ Engine Engine }

func (o Outside) Error() string {
	return fmt.Sprintf("%s is in no swarm: type %s, and on the host of each other engine the command that it prints; "+
		"or have it join a swarm with what %s prints there", o.Engine, o.Engine.docker("swarm init"), "`docker swarm join-token worker`")
}

// Beside is the error where another engine is in a swarm: a second one would not help.
func (o Outside) Beside(other Engine, n Node) error {
	prints := "`docker swarm join-token worker` prints on a manager of the swarm of " + other.String()
	if n.Manager {
		prints = other.docker("swarm join-token worker") + " prints"
	}
	return fmt.Errorf("%s is in no swarm, and %s is in one: type on the host of the former the command that %s", o.Engine, other, prints)
}

// NodeOf reads what an engine says of itself. An engine that cannot be used is an error, which says what the user types.
// Source: Docker Engine API, SwarmInfo, LocalNodeState.
func NodeOf(e Engine, info swarm.Info) (Node, error) {
	switch info.LocalNodeState {
	case swarm.LocalNodeStateActive:
	case swarm.LocalNodeStateLocked:
		return Node{}, fmt.Errorf("%s is in a swarm that is locked: type %s", e, e.docker("swarm unlock"))
	case swarm.LocalNodeStateInactive, "":
		return Node{}, Outside{e}
	default: // pending, error
		return Node{}, fmt.Errorf("%s is not yet in its swarm, or no longer (%s %s): see %s", e, info.LocalNodeState, info.Error, e.docker("info"))
	}
	n := Node{ID: info.NodeID, Address: info.NodeAddr, Manager: info.ControlAvailable}
	if info.Cluster != nil {
		n.Cluster = info.Cluster.ID
	}
	return n, nil
}

// Removed is the error of an engine that the managers of its swarm do not know any more.
func Removed(e Engine) error {
	return fmt.Errorf("%s was removed from its swarm: type %s, and on its host the command that %s prints on a manager",
		e, e.docker("swarm leave --force"), "`docker swarm join-token worker`")
}

// Strayed is the error of an engine that has gone into another swarm.
func Strayed(e Engine) error {
	return fmt.Errorf("%s is in another swarm than before: type %s, and on its host the command that %s prints on a manager; "+
		"if all engines are in the new one, start the emulator again", e, e.docker("swarm leave --force"), "`docker swarm join-token worker`")
}

// TwoSwarms is the error of engines that are in two swarms.
func TwoSwarms(a, b Engine) error {
	return fmt.Errorf("%s and %s are in two swarms: type %s, and then on the host of the latter the command that %s prints",
		a, b, b.docker("swarm leave --force"), a.docker("swarm join-token worker"))
}

// NoManager is the error of engines of which none is a manager.
func NoManager(e Engine, n Node) error {
	return fmt.Errorf("none of the engines is a manager of their swarm: add one that is, or type `docker node promote %s` on one, for %s", n.ID, e)
}
