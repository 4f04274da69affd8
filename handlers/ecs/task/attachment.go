package task

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// describeAttachments are the network interface and the managed volume of a task.
func describeAttachments(t *state.Task) []types.Attachment {
	shown := []types.Attachment{}
	if t.Placement.AttachmentID != "" {
		shown = append(shown, describeInterfaceAttachment(t))
	}
	if t.Placement.VolumeAttachmentID != "" && t.Spec.Volume != nil {
		shown = append(shown, describeVolumeAttachment(t))
	}
	if t.Placement.ConnectAttachmentID != "" && t.Spec.Connect != nil {
		shown = append(shown, describeConnectAttachment(t))
	}
	return shown
}

// eniDetails are the details of a network interface, in the order of ECS0068.
var eniDetails = [...]string{"subnetId", "networkInterfaceId", "macAddress", "privateDnsName", "privateIPv4Address"}

func describeInterfaceAttachment(t *state.Task) types.Attachment {
	eni := &t.Status.Attachment
	shown := types.Attachment{
		Id: &t.Placement.AttachmentID, Type: aws.String("ElasticNetworkInterface"), Status: kit.Optional(&eni.Status),
		Details: details(eniDetails[:], []*string{&t.Placement.SubnetID, &eni.NetworkID, &eni.MAC, &eni.PrivateDNSName, &eni.PrivateIPv4}),
	}
	if neverMade(t) { // ECS0068
		shown.Details = append(shown.Details,
			types.KeyValuePair{Name: &eniDetails[1], Value: aws.String("unset")},
			types.KeyValuePair{Name: &eniDetails[2]})
	}
	return shown
}

// ebsDetails are the details of a managed volume. Source: the CLI reference's answers of
// RunTask for the first three and their order, ECS API reference, Attachment, for the others.
var ebsDetails = [...]string{"roleArn", "volumeName", "deleteOnTermination", "volumeId", "statusReason"}

func describeVolumeAttachment(t *state.Task) types.Attachment {
	volume, status := t.Spec.Volume, &t.Status.Volume
	return types.Attachment{
		Id: &t.Placement.VolumeAttachmentID, Type: aws.String("AmazonElasticBlockStorage"), Status: kit.Optional(&status.Status),
		Details: details(ebsDetails[:], []*string{
			aws.String(volume.RoleARN()), &volume.Name, aws.String(strconv.FormatBool(volume.GoesWithTask())), &status.ID, &status.Reason,
		}),
	}
}

// connectDetails are the details of the proxy of Service Connect. Source: field reports of answers of DescribeTasks.
var connectDetails = [...]string{"ContainerName"}

// describeConnectAttachment is the proxy of Service Connect, which is attached once its container runs. Which statuses it
// has on AWS before and after is not known: those are the words of the network interface.
func describeConnectAttachment(t *state.Task) types.Attachment {
	name := t.ProxyName()
	status := "ATTACHING"
	if t.Ended() {
		status = "DELETED"
	} else if c := t.Status.Container(name); c != nil && !c.StartedAt.IsZero() {
		status = "ATTACHED"
	} else if t.Status.Attachment.Status == "PRECREATED" {
		status = "PRECREATED"
	}
	return types.Attachment{
		Id: &t.Placement.ConnectAttachmentID, Type: aws.String("ServiceConnect"), Status: &status,
		Details: details(connectDetails[:], []*string{&name}),
	}
}

// details are pairs of names and values, without those that are empty.
func details(names []string, values []*string) []types.KeyValuePair {
	pairs := make([]types.KeyValuePair, 0, len(names))
	for i, value := range values {
		if *value != "" {
			pairs = append(pairs, types.KeyValuePair{Name: &names[i], Value: value})
		}
	}
	return pairs
}

// attachmentTypes are what events say in place of what answers do. Source: recorded events
// (ECS0070) for interfaces; for volumes, amazon-ecs-agent, whose words those of events are. For proxies of Service
// Connect there is no source.
var attachmentTypes = map[string]string{"ElasticNetworkInterface": "eni", "AmazonElasticBlockStorage": "amazonebs", "ServiceConnect": "ServiceConnect"}

// neverMade reports whether the network interface of a task that has ended was never made.
// Of those on container instances registered by hand they are unknown.
func neverMade(t *state.Task) bool {
	eni := &t.Status.Attachment
	return eni.Status == "DELETED" && eni.NetworkID == "" && !t.Placement.ByHand
}

// showDetaching is what DescribeTasks alone tells: the event of DEPROVISIONING has the
// interface still ATTACHED (ECS0070). Source: recorded answers.
func showDetaching(shown *types.Task) {
	if *shown.LastStatus != state.Deprovisioning {
		return
	}
	for i, a := range shown.Attachments {
		if aws.ToString(a.Status) == "ATTACHED" {
			shown.Attachments[i].Status = aws.String("DETACHING")
		}
	}
}
