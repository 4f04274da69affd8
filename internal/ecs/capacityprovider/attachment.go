package capacityprovider

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Types of attachments of a cluster: the scaling policy of managed scaling, and the lifecycle hook of managed
// draining. Source: ECS developer guide, managed instance draining; reports of an inventory tool for as_policy.
const (
	policyAttachment = "as_policy"
	hookAttachment   = "managed_draining"
)

// ConnectAttachment is the type of the attachment of a namespace of Service Connect, which handlers settle at once; here
// it stays as it is.
const ConnectAttachment = "sc"

// Values of an attachment's status, and of a cluster's attachmentsStatus. Source: as above.
const (
	precreated = "PRECREATED"
	created    = "CREATED"
	deleting   = "DELETING" // source: none; what a cluster shows meanwhile is not published

	// UpdateInProgress is the attachmentsStatus until the groups have all that is attached.
	UpdateInProgress = "UPDATE_IN_PROGRESS"
	// UpdateComplete is the attachmentsStatus then.
	UpdateComplete = "UPDATE_COMPLETE"
)

// Details of attachments. Source: as above.
const (
	providerDetail = "capacityProviderName"
	policyDetail   = "scalingPolicyName"
	hookDetail     = "autoScalingLifecycleHookName"
)

// DrainingHook is the name of the lifecycle hook of managed draining. Source: field reports.
const DrainingHook = "ecs-managed-draining-termination-hook"

// Associate writes a cluster whose capacity providers have changed: its container instances belong to them at
// once, and what its providers attach to their groups, or do no more, the controller settles.
func Associate(tx *store.Tx, cluster *state.Cluster, now time.Time) {
	attachments := attach(tx, cluster)
	cluster.AttachmentsStatus = UpdateComplete
	if slices.ContainsFunc(attachments, unsettled) {
		cluster.AttachmentsStatus = UpdateInProgress
	}
	cluster.Attachments = attachments
	state.Clusters.Put(tx, cluster)
	associate(tx, cluster, now)
}

// Reattach follows a change of a capacity provider in the clusters that have it, and in its scaling policy.
func Reattach(tx *store.Tx, p *Provider, now time.Time) {
	retarget(tx, p, now)
	for _, old := range ClustersWith(tx, p) {
		cluster := *old
		Associate(tx, &cluster, now)
	}
}

// Unsettled reports whether the groups of a cluster's providers have yet to get what it attaches, or still have
// what it does not. A cluster that was deleted attaches nothing.
func Unsettled(cluster *state.Cluster) bool {
	return cluster.AttachmentsStatus == UpdateInProgress || !cluster.Active() && len(cluster.Attachments) > 0
}

// Settle puts what is attached to the groups, and removes what is no more.
func Settle(tx *store.Tx, old *state.Cluster, now time.Time) {
	cluster := *old
	var settled []types.Attachment
	for _, a := range attach(tx, old) {
		p := Providers.Find(tx, old.Scope(), detail(a, providerDetail))
		switch {
		case *a.Type == ConnectAttachment:
			settled = append(settled, a)
		case *a.Status == deleting:
			detachFromGroup(tx, p, a, now)
		case *a.Status == precreated:
			attachToGroup(tx, old, p, a, now)
			a.Status = aws.String(created)
			fallthrough
		default:
			settled = append(settled, a)
		}
	}
	cluster.Attachments, cluster.AttachmentsStatus = settled, UpdateComplete
	state.Clusters.Put(tx, &cluster)
}

// attach is what the capacity providers of a cluster attach to their groups: what is there stays, what is new
// is PRECREATED, and what goes is DELETING.
func attach(tx *store.Tx, cluster *state.Cluster) []types.Attachment {
	var wanted []types.Attachment
	if cluster.Active() {
		for _, name := range cluster.CapacityProviders {
			wanted = append(wanted, ofProvider(Providers.Find(tx, cluster.Scope(), name), cluster.Attachments)...)
		}
	}
	for _, old := range cluster.Attachments {
		if *old.Type == ConnectAttachment {
			if cluster.Active() {
				wanted = append(wanted, old)
			}
			continue
		}
		if !slices.ContainsFunc(wanted, func(a types.Attachment) bool { return *a.Id == *old.Id }) {
			old.Status = aws.String(deleting)
			wanted = append(wanted, old)
		}
	}
	return wanted
}

// ofProvider is what one capacity provider attaches; nil stands for one of Fargate.
func ofProvider(p *Provider, known []types.Attachment) (attachments []types.Attachment) {
	if p.Scales() {
		attachments = append(attachments, keptOr(known, newAttachment(p, policyAttachment, policyDetail, "ECSManagedAutoScalingPolicy-"+arn.NewUUID())))
	}
	if p.Drains() {
		attachments = append(attachments, keptOr(known, newAttachment(p, hookAttachment, hookDetail, DrainingHook)))
	}
	return attachments
}

func newAttachment(p *Provider, kind, detail, value string) types.Attachment {
	return types.Attachment{
		Id: aws.String(arn.NewUUID()), Type: aws.String(kind), Status: aws.String(precreated),
		Details: []types.KeyValuePair{{Name: aws.String(providerDetail), Value: &p.Name}, {Name: aws.String(detail), Value: &value}},
	}
}

// keptOr returns the attachment of the same provider and type that is there and stays, or a new one.
func keptOr(known []types.Attachment, made types.Attachment) types.Attachment {
	for _, a := range known {
		if *a.Type == *made.Type && *a.Status != deleting && detail(a, providerDetail) == detail(made, providerDetail) {
			return a
		}
	}
	return made
}

func unsettled(a types.Attachment) bool { return *a.Type != ConnectAttachment && *a.Status != created }

// detail returns the value of a detail of an attachment.
func detail(a types.Attachment, name string) string {
	for _, d := range a.Details {
		if *d.Name == name {
			return *d.Value
		}
	}
	return ""
}
