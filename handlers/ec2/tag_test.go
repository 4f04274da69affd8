package ec2_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func tags(pairs ...string) []types.Tag {
	var list []types.Tag
	for _, pair := range pairs {
		key, value, valued := strings.Cut(pair, "=")
		tag := types.Tag{Key: &key}
		if valued {
			tag.Value = &value
		}
		list = append(list, tag)
	}
	return list
}

// described lists the tags of everything: type, id, key and value.
func (s *server) described(t *testing.T, filters ...types.Filter) string {
	t.Helper()
	var lines []string
	for _, tag := range must[*sdk.DescribeTagsOutput](t)(s.DescribeTags(ctx, &sdk.DescribeTagsInput{Filters: filters})).Tags {
		lines = append(lines, string(tag.ResourceType)+" "+*tag.ResourceId+" "+*tag.Key+"="+*tag.Value)
	}
	return strings.Join(lines, "\n")
}

func TestTags(t *testing.T) {
	s := newServer(t)
	subnets, group := ec2network.DefaultNetwork(scope)
	must[*sdk.CreateTagsOutput](t)(s.CreateTags(ctx, &sdk.CreateTagsInput{
		Resources: []string{subnets[0].ID, subnets[1].ID, madeUpSubnet}, Tags: tags("Tier=public", "Name=web"),
	}))
	must[*sdk.CreateTagsOutput](t)(s.CreateTags(ctx, &sdk.CreateTagsInput{
		Resources: []string{ec2network.DefaultVPC, group.ID, subnets[1].ID}, Tags: tags("Tier=private"),
	}))

	found := must[*sdk.DescribeSubnetsOutput](t)(s.DescribeSubnets(ctx, &sdk.DescribeSubnetsInput{Filters: filter("tag:Tier", "pub*")})).Subnets
	if len(found) != 1 || *found[0].SubnetId != subnets[0].ID || len(found[0].Tags) != 2 || *found[0].Tags[0].Key != "Name" {
		t.Errorf("got %+v", found)
	}
	byKey := must[*sdk.DescribeVpcsOutput](t)(s.DescribeVpcs(ctx, &sdk.DescribeVpcsInput{Filters: filter("tag-key", "Tier")})).Vpcs
	if len(byKey) != 1 || *byKey[0].Tags[0].Value != "private" {
		t.Errorf("got %+v", byKey)
	}
	none := must[*sdk.DescribeSecurityGroupsOutput](t)(s.DescribeSecurityGroups(ctx, &sdk.DescribeSecurityGroupsInput{Filters: filter("tag:Name", "*")}))
	if len(none.SecurityGroups) > 0 {
		t.Errorf("got %+v", none.SecurityGroups)
	}
	if got, want := s.described(t, filter("resource-id", subnets[1].ID)...), "subnet "+subnets[1].ID+" Name=web\nsubnet "+subnets[1].ID+" Tier=private"; got != want {
		t.Errorf("got %s", got)
	}

	must[*sdk.DeleteTagsOutput](t)(s.DeleteTags(ctx, &sdk.DeleteTagsInput{Resources: []string{subnets[0].ID, subnets[1].ID}, Tags: tags("Tier=public", "Name")}))
	must[*sdk.DeleteTagsOutput](t)(s.DeleteTags(ctx, &sdk.DeleteTagsInput{Resources: []string{madeUpSubnet}}))
	want := "security-group " + group.ID + " Tier=private\nsubnet " + subnets[1].ID + " Tier=private\nvpc " + ec2network.DefaultVPC + " Tier=private"
	if got := s.described(t); got != want {
		t.Errorf("left are\n%s", got)
	}
}

func TestTagRefusals(t *testing.T) {
	s := newServer(t)
	for _, c := range []struct{ id, tag, code, message string }{
		{"subnet-1", "a=1", "InvalidSubnetID.NotFound", "The subnet ID 'subnet-1' does not exist"},
		{"sg-1", "a=1", "InvalidGroup.NotFound", "The security group 'sg-1' does not exist"},
		{"eni-1", "a=1", "InvalidNetworkInterfaceID.NotFound", "The networkInterface ID 'eni-1' does not exist"},
		{"sgr-1", "a=1", "InvalidSecurityGroupRuleId.NotFound", "The security group rule ID 'sgr-1' does not exist"},
		{"rtb-1", "a=1", "InvalidRouteTableID.NotFound", "The routeTable ID 'rtb-1' does not exist"},
		{"web", "a=1", "InvalidID", "The ID 'web' is not valid"},
		{ec2network.DefaultVPC, "aws:a=1", "InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use"},
		{ec2network.DefaultVPC, "=1", "InvalidParameterValue", "Tag key cannot be empty"},
		{ec2network.DefaultVPC, strings.Repeat("é", 129), "InvalidParameterValue", "Tag key exceeds the maximum length of 128 characters"},
		{ec2network.DefaultVPC, "a=" + strings.Repeat("é", 257), "InvalidParameterValue", "Tag value exceeds the maximum length of 256 characters"},
	} {
		_, err := s.CreateTags(ctx, &sdk.CreateTagsInput{Resources: []string{ec2network.DefaultVPC, c.id}, Tags: tags(c.tag)})
		refused(t, err, c.code, c.message)
	}
	_, err := s.CreateTags(ctx, &sdk.CreateTagsInput{Resources: []string{ec2network.DefaultVPC}, Tags: tags("a=1", "a=2")})
	refused(t, err, "InvalidParameterValue", "Duplicate tag key 'a' specified.")
	_, err = s.CreateTags(ctx, &sdk.CreateTagsInput{Resources: []string{ec2network.DefaultVPC}, Tags: tags("a=1"), DryRun: aws.Bool(true)})
	refused(t, err, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
	_, err = s.DeleteTags(ctx, &sdk.DeleteTagsInput{Resources: []string{ec2network.DefaultVPC}, DryRun: aws.Bool(true)})
	refused(t, err, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
	if got := s.described(t); got != "" {
		t.Errorf("a request that was refused set %s", got)
	}
	var many []string
	for n := range 51 {
		many = append(many, string(rune('a'+n))+"=")
	}
	_, err = s.CreateTags(ctx, &sdk.CreateTagsInput{Resources: []string{ec2network.DefaultVPC}, Tags: tags(many...)})
	refused(t, err, "TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
}

func TestNetworkInterfaceOfATask(t *testing.T) {
	s := newServer(t)
	subnets, _ := ec2network.DefaultNetwork(scope)
	err := s.store.Update(func(tx *store.Tx) error {
		for id, status := range map[string]string{"1": "ATTACHED", "2": "DELETED", "3": "PRECREATED"} {
			state.AddTask(tx, &state.Task{
				ARN: scope.Task("default", id), Spec: &state.TaskSpec{ClusterARN: scope.Cluster("default"), SecurityGroups: []string{madeUpGroup}},
				Placement: &state.Placement{SubnetID: subnets[0].ID, Zone: subnets[0].Zone, AttachmentID: "attachment-" + id},
				Status: state.TaskStatus{LastStatus: state.Running, Attachment: state.Attachment{
					Status: status, NetworkID: "eni-" + id, MAC: "02:42:ac:1f:00:02", PrivateIPv4: "172.31.0.4", PrivateDNSName: "ip-172-31-0-4.eu-west-1.compute.internal",
				}},
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	must[*sdk.CreateTagsOutput](t)(s.CreateTags(ctx, &sdk.CreateTagsInput{Resources: []string{"eni-1"}, Tags: tags("a=1")}))
	found := must[*sdk.DescribeNetworkInterfacesOutput](t)(s.DescribeNetworkInterfaces(ctx, &sdk.DescribeNetworkInterfacesInput{
		Filters: append(filter("description", "*:attachment/*"), filter("group-id", madeUpGroup)...),
	})).NetworkInterfaces
	if len(found) != 1 {
		t.Fatalf("got %+v", found)
	}
	n := found[0]
	if *n.NetworkInterfaceId != "eni-1" || *n.Description != "arn:aws:ecs:eu-west-1:123456789012:attachment/attachment-1" || !*n.RequesterManaged ||
		n.Status != types.NetworkInterfaceStatusInUse || *n.PrivateIpAddress != "172.31.0.4" || *n.PrivateIpAddresses[0].PrivateDnsName != *n.PrivateDnsName ||
		*n.MacAddress != "02:42:ac:1f:00:02" || *n.AvailabilityZone != subnets[0].Zone || n.Association != nil || aws.ToString(n.TagSet[0].Key) != "a" {
		t.Errorf("got %+v", n)
	}
}

// Reads have the flag, too.
func TestDryRunOfReads(t *testing.T) {
	s := newServer(t)
	_, err := s.DescribeSubnets(ctx, &sdk.DescribeSubnetsInput{DryRun: aws.Bool(true)})
	refused(t, err, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
	_, err = s.DescribeVpcAttribute(ctx, &sdk.DescribeVpcAttributeInput{
		VpcId: aws.String(ec2network.DefaultVPC), Attribute: types.VpcAttributeNameEnableDnsSupport, DryRun: aws.Bool(true),
	})
	refused(t, err, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
	_, err = s.DescribeVpcs(ctx, &sdk.DescribeVpcsInput{VpcIds: []string{"vpc-1"}, DryRun: aws.Bool(true)})
	refused(t, err, "InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist")
	must[*sdk.DescribeTagsOutput](t)(s.DescribeTags(ctx, &sdk.DescribeTagsInput{DryRun: aws.Bool(false)}))
}

// Tags that AWS has set, such as those of an Auto Scaling group, cannot be removed, and they
// do not count.
func TestTagsOfAWSStay(t *testing.T) {
	s := newServer(t)
	subnets, _ := ec2network.DefaultNetwork(scope)
	id := subnets[0].ID
	if err := s.store.Update(func(tx *store.Tx) error {
		ec2network.SetTags(tx, scope, id, map[string]string{"aws:autoscaling:groupName": "web", "Tier": "public"})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	must[*sdk.DeleteTagsOutput](t)(s.DeleteTags(ctx, &sdk.DeleteTagsInput{Resources: []string{id}}))
	if got, want := s.described(t), "subnet "+id+" aws:autoscaling:groupName=web"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	_, err := s.DeleteTags(ctx, &sdk.DeleteTagsInput{Resources: []string{id}, Tags: tags("aws:autoscaling:groupName")})
	refused(t, err, "InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use")
	var fifty []string
	for i := range 50 {
		fifty = append(fifty, fmt.Sprintf("key%d=", i))
	}
	must[*sdk.CreateTagsOutput](t)(s.CreateTags(ctx, &sdk.CreateTagsInput{Resources: []string{id}, Tags: tags(fifty...)}))
	_, err = s.CreateTags(ctx, &sdk.CreateTagsInput{Resources: []string{id}, Tags: tags("more=")})
	refused(t, err, "TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
}
