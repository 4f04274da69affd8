package ec2_test

import (
	"fmt"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
)

// There are as many subnets as there are ids, each the same each time, in the VPC and
// outside the ranges of the default ones.
func TestMadeUpSubnetsHaveNoLimit(t *testing.T) {
	s := newServer(t)
	zones := map[string]bool{}
	for n := range 100 {
		id := fmt.Sprintf("subnet-%08x", n)
		subnet := must[*sdk.DescribeSubnetsOutput](t)(s.DescribeSubnets(ctx, &sdk.DescribeSubnetsInput{SubnetIds: []string{id}})).Subnets[0]
		zones[*subnet.AvailabilityZone] = true
		tx := s.store.Read()
		block := ec2network.FindSubnet(tx, scope, id).CIDR(ec2network.NetworkCIDR(tx))
		if *subnet.CidrBlock != block.String() || *subnet.DefaultForAz || *subnet.VpcId != ec2network.DefaultVPC || !ec2network.NetworkCIDR(tx).Contains(block.Addr()) {
			t.Errorf("got %+v", subnet)
		}
		for _, other := range ec2network.Subnets(tx, scope) {
			if other.CIDR(ec2network.NetworkCIDR(tx)).Overlaps(block) {
				t.Errorf("%s has %v, which overlaps with %s", id, block, other.ID)
			}
		}
	}
	if len(zones) != 3 {
		t.Errorf("they are in %v", zones)
	}
}

func TestStrictKnowsNothingMadeUp(t *testing.T) {
	s := start(t, true)
	_, err := s.DescribeSubnets(ctx, &sdk.DescribeSubnetsInput{SubnetIds: []string{madeUpSubnet}})
	refused(t, err, "InvalidSubnetID.NotFound", "The subnet ID '"+madeUpSubnet+"' does not exist")
	_, err = s.DescribeSecurityGroups(ctx, &sdk.DescribeSecurityGroupsInput{GroupIds: []string{madeUpGroup}})
	refused(t, err, "InvalidGroup.NotFound", "The security group '"+madeUpGroup+"' does not exist")
	rules := must[*sdk.DescribeSecurityGroupRulesOutput](t)(s.DescribeSecurityGroupRules(ctx, &sdk.DescribeSecurityGroupRulesInput{Filters: filter("group-id", madeUpGroup)}))
	if len(rules.SecurityGroupRules) > 0 {
		t.Errorf("got %+v", rules.SecurityGroupRules)
	}
}
