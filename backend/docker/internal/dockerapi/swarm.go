package dockerapi

import (
	"context"
	"net/netip"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"
)

// Manages asks whether the engine manages a swarm, which has a leader. An engine that does not is an error.
func (c Client) Manages(ctx context.Context) error {
	_, err := c.SwarmInspect(ctx, client.SwarmInspectOptions{})
	return err
}

// HasNode asks a manager whether an engine is in its swarm.
func (c Client) HasNode(ctx context.Context, id string) (bool, error) {
	_, err := c.NodeInspect(ctx, id, client.NodeInspectOptions{})
	if cerrdefs.IsNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

// Nodes are the ids of all nodes of a manager's swarm, also of those that are down.
func (c Client) Nodes(ctx context.Context) (ids []string, err error) {
	found, err := c.NodeList(ctx, client.NodeListOptions{})
	for _, node := range found.Items {
		ids = append(ids, node.ID)
	}
	return ids, err
}

// Attachment is a container that has an address on a network of a swarm.
type Attachment struct {
	Node, Container string
	Address         netip.Addr
}

// Attachments asks a manager which containers are on a network, on any engine: also on one that does not answer any more.
// Source: swarmkit, tasks with a NetworkAttachmentSpec.
func (c Client) Attachments(ctx context.Context, networkID string) (all []Attachment, err error) {
	which := make(client.Filters).Add("runtime", string(swarm.RuntimeNetworkAttachment)).Add("desired-state", "running")
	found, err := c.TaskList(ctx, client.TaskListOptions{Filters: which})
	for _, task := range found.Items {
		if task.Spec.NetworkAttachmentSpec == nil {
			continue
		}
		for _, on := range task.NetworksAttachments {
			for _, address := range on.Addresses {
				if on.Network.ID == networkID {
					all = append(all, Attachment{task.NodeID, task.Spec.NetworkAttachmentSpec.ContainerID, address.Addr()})
				}
			}
		}
	}
	return all, err
}
