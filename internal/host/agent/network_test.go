package agent

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// ownVPC makes a VPC with one subnet, which has all of its range.
func (b *bench) ownVPC(cidr string) (*ec2network.VPC, *ec2network.Subnet) {
	b.Helper()
	v := &ec2network.VPC{Scope: scope, ID: ec2network.NewNetworkID("vpc-"), CIDR: cidr}
	s := &ec2network.Subnet{Scope: scope, ID: ec2network.NewNetworkID("subnet-"), VPC: v.ID, Zone: "us-east-1a", Range: cidr}
	b.update(func(tx *store.Tx) { ec2network.PutVPC(tx, v); ec2network.PutSubnet(tx, s) })
	return v, s
}

func (b *bench) update(change func(tx *store.Tx)) {
	b.Helper()
	if err := b.store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		b.Fatal(err)
	}
	synctest.Wait()
}

func (b *bench) runIn(s *ec2network.Subnet) string {
	b.Helper()
	d := types.TaskDefinition{
		ContainerDefinitions: []types.ContainerDefinition{container("web", "sleep", "3600")}, NetworkMode: types.NetworkModeAwsvpc,
		Cpu: aws.String("256"), Memory: aws.String("512"),
	}
	return b.put(d, types.LaunchTypeFargate, state.Placement{SubnetID: s.ID})
}

// networks are the names of those on the engine, but for the default VPC's.
func (b *bench) networks() (names []string) {
	b.Helper()
	list, err := b.engine.Networks(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, n := range list {
		if n.Name != ec2network.DefaultVPC {
			names = append(names, n.Name)
		}
	}
	return names
}

func TestAVPCIsANetworkFromItsFirstTaskOn(t *testing.T) {
	withAgent(t, func(b *bench) {
		v, s := b.ownVPC("10.7.0.0/24")
		b.expect("networks before the first task", b.networks(), []string(nil))
		first := b.task(b.runIn(s))
		b.expect("lastStatus", first.Status.LastStatus, state.Running)
		b.expect("networks", b.networks(), []string{v.ID})
		if ip, _ := netip.ParseAddr(first.Status.Attachment.PrivateIPv4); !netip.MustParsePrefix("10.7.0.0/24").Contains(ip) {
			t.Errorf("address %v is not of the VPC", ip)
		}
		b.stopTask(first.ARN)
		time.Sleep(time.Minute)
		synctest.Wait()
		b.expect("networks of a VPC without tasks", b.networks(), []string{v.ID})
		b.update(func(tx *store.Tx) { ec2network.DeleteSubnet(tx, s); ec2network.DeleteVPC(tx, v) })
		b.expect("networks after the VPC", b.networks(), []string(nil))
	})
}

func TestARangeInUseEndsTheFirstTask(t *testing.T) {
	withAgent(t, func(b *bench) {
		v, s := b.ownVPC("10.7.0.0/24")
		_, err := b.engine.EnsureNetwork(b.Context(), backend.NetworkSpec{Name: "office", CIDR: netip.MustParsePrefix("10.7.0.0/16")})
		if err != nil {
			t.Fatal(err)
		}
		ended := b.task(b.runIn(s))
		b.expect("lastStatus", ended.Status.LastStatus, state.Stopped)
		b.expect("stoppedReason", ended.Stop.Reason, "ResourceInitializationError: unable to create the network interface of the task: make the network of "+v.ID+": "+
			"10.7.0.0/24 overlaps 10.7.0.0/16 of network office")
		b.expect("network health", b.agent.NetworkHealth(""), error(nil)) // of the default VPC
		if err := b.engine.RemoveNetwork(b.Context(), "office"); err != nil {
			t.Fatal(err)
		}
		b.expect("lastStatus of the next one", b.task(b.runIn(s)).Status.LastStatus, state.Running)
	})
}

func TestASubnetOfAFurtherRangeEndsItsTasks(t *testing.T) {
	withAgent(t, func(b *bench) {
		v, first := b.ownVPC("10.7.0.0/24")
		further := &ec2network.Subnet{Scope: v.Scope, ID: "subnet-further", VPC: v.ID, Zone: first.Zone, Range: "10.8.0.0/25"}
		b.update(func(tx *store.Tx) {
			v.Secondary = []ec2network.VPCRange{{ID: "vpc-cidr-assoc-1", CIDR: "10.8.0.0/24"}}
			ec2network.PutVPC(tx, v)
			ec2network.PutSubnet(tx, further)
		})
		ended := b.task(b.runIn(further))
		b.expect("stoppedReason", ended.Stop.Reason, "ResourceInitializationError: unable to create the network interface of the task: subnet subnet-further is in the range "+
			"10.8.0.0/24, which was added to "+v.ID+": a network on the engine has the range that its VPC was made with, 10.7.0.0/24")
		for _, want := range []string{"10.8.0.4", "10.8.0.5"} { // or no container instance is registered
			address, err := b.agent.ReserveAddress(b.Context(), scope, further.ID)
			if err != nil || address.String() != want {
				t.Errorf("an EC2 instance gets %s, %v", address, err)
			}
		}
		b.expect("lastStatus in the first range", b.task(b.runIn(first)).Status.LastStatus, state.Running)
	})
}

// TestANetworkIsRemovedLater has the VPC deleted while its network cannot be removed: while
// something runs there, and while the agent is not there.
func TestANetworkIsRemovedLater(t *testing.T) {
	withAgent(t, func(b *bench) {
		v, _ := b.ownVPC("10.7.0.0/24")
		network := backend.NetworkSpec{Name: v.ID, CIDR: netip.MustParsePrefix(v.CIDR), Exact: true, Labels: b.agent.named[""].labels()}
		if _, err := b.engine.EnsureNetwork(b.Context(), network); err != nil {
			t.Fatal(err)
		}
		made, err := b.engine.CreateSandbox(b.Context(), backend.SandboxSpec{Name: "guest", Network: v.ID})
		if err == nil {
			err = b.engine.Start(b.Context(), made.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		b.update(func(tx *store.Tx) { ec2network.DeleteVPC(tx, v) })
		b.expect("networks while something runs", b.networks(), []string{v.ID})
		if err := b.engine.Remove(b.Context(), made.ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		b.expect("networks", b.networks(), []string(nil))

		later, _ := b.ownVPC("10.7.0.0/24")
		network.Name = later.ID
		if _, err := b.engine.EnsureNetwork(b.Context(), network); err != nil {
			t.Fatal(err)
		}
		b.stop()
		b.update(func(tx *store.Tx) { ec2network.DeleteVPC(tx, later) })
		b.start()
		b.expect("networks after a restart", b.networks(), []string(nil))
	})
}

// TestARangeInUseEndsTasksOfAnInstance has a container instance whose container instance cannot be made.
func TestARangeInUseEndsTasksOfAnInstance(t *testing.T) {
	withAgent(t, func(b *bench) {
		v, s := b.ownVPC("10.7.0.0/24")
		_, err := b.engine.EnsureNetwork(b.Context(), backend.NetworkSpec{Name: "office", CIDR: netip.MustParsePrefix("10.7.0.0/16")})
		if err != nil {
			t.Fatal(err)
		}
		instance := b.instance()
		address, err := b.agent.ReserveAddress(b.Context(), scope, s.ID)
		if err != nil || address.String() != "10.7.0.4" {
			t.Errorf("the EC2 instance gets %s, %v", address, err)
		}
		row := *state.FindContainerInstance(b.store.Read(), instance)
		row.Subnet, row.VPC = s.ID, v.ID
		b.putInstance(&row)
		for _, mode := range []types.NetworkMode{types.NetworkModeBridge, types.NetworkModeHost, types.NetworkModeNone} {
			ended := b.task(b.runAt(instance, mode, container("web", "sleep", "3600")))
			b.expect("lastStatus", ended.Status.LastStatus, state.Stopped)
			b.expect("stoppedReason", ended.Stop.Reason, "ResourceInitializationError: unable to create the sandbox of the task: make the network of "+v.ID+": "+
				"10.7.0.0/24 overlaps 10.7.0.0/16 of network office")
		}
	})
}
