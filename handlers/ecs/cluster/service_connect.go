package cluster

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/endpoint"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Values of the status of an attachment of Service Connect (ECS0301).
const (
	attaching = "ATTACHING"
	attached  = "ATTACHED"
	detached  = "DELETED"
)

// maxNamespaceName is how long the name of a namespace is at most. Source: ECS API reference,
// ClusterServiceConnectDefaultsRequest, for what names consist of; Cloud Map API reference, CreateHttpNamespace, for the
// length and the characters that there are.
const maxNamespaceName = 1024

func isNoNamespaceName(ref string) bool {
	return len(ref) > maxNamespaceName || strings.ContainsAny(ref, `<>"/`) || strings.ContainsFunc(ref, func(c rune) bool { return c < '!' || c > '~' })
}

// connect gives a cluster the default namespace of Service Connect that is asked for; nil is none, and an empty name
// takes the default away. A new name makes an HTTP namespace: it reports whether it has.
//
// Source: ECS API reference, ClusterServiceConnectDefaultsRequest; ECS0301.
func (a *API) connect(tx *store.Tx, c *state.Cluster, asked *types.ClusterServiceConnectDefaultsRequest) (made bool, err error) {
	if asked == nil {
		return false, nil
	}
	if asked.Namespace == nil {
		return false, kit.InvalidParameter("namespace can not be empty.") // the words of members that must be there
	}
	ref := *asked.Namespace
	if ref == "" {
		if c.ServiceConnectDefaults != nil {
			detach(c)
		}
		c.ServiceConnectDefaults = nil
		return false, nil
	}
	namespace := endpoint.FindNamespace(tx, c.Scope(), ref)
	switch {
	case namespace != nil:
	case arn.Is(ref):
		return false, kit.NamespaceNotFound(c.Scope(), ref)
	case isNoNamespaceName(ref):
		return false, kit.InvalidParameter("The namespace name that you provided is invalid") // the words are not published
	default:
		namespace, made = endpoint.MakeNamespace(tx, c.Scope(), ref, a.Now()), true
	}
	if c.ServiceConnectDefaults != nil && *c.ServiceConnectDefaults.Namespace == namespace.ARN {
		return false, nil
	}
	detach(c)
	c.ServiceConnectDefaults = &types.ClusterServiceConnectDefaults{Namespace: &namespace.ARN}
	c.Attachments = append(c.Attachments, types.Attachment{
		Id: aws.String(arn.NewUUID()), Type: aws.String(capacityprovider.ConnectAttachment), Status: aws.String(attached), Details: []types.KeyValuePair{},
	})
	if c.AttachmentsStatus == "" {
		c.AttachmentsStatus = capacityprovider.UpdateComplete
	}
	c.ConnectedAt = time.Time{}
	if made && a.NamespaceDelay > 0 {
		c.ConnectedAt = a.Now().Add(a.NamespaceDelay)
	}
	return made, nil
}

// detach has the attachments of the namespace so far be gone; they stay in the list.
func detach(c *state.Cluster) {
	c.Attachments = slices.Clone(c.Attachments)
	for i := range c.Attachments {
		if isConnect(c.Attachments[i]) {
			c.Attachments[i].Status = aws.String(detached)
		}
	}
}

func isConnect(a types.Attachment) bool { return *a.Type == capacityprovider.ConnectAttachment }

// connects reports whether attachments come from Service Connect alone.
func connects(attachments []types.Attachment) bool {
	return !slices.ContainsFunc(attachments, func(a types.Attachment) bool { return !isConnect(a) })
}

// showConnecting shows a namespace that is being made.
func showConnecting(shown *types.Cluster) {
	shown.Attachments = slices.Clone(shown.Attachments)
	for i, a := range shown.Attachments {
		if isConnect(a) && *a.Status == attached {
			shown.Attachments[i].Status = aws.String(attaching)
		}
	}
	shown.AttachmentsStatus = aws.String(capacityprovider.UpdateInProgress)
}
