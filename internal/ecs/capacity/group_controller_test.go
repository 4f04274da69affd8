package capacity_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// groupWorld is a world with a group of instances.
type groupWorld struct {
	*world
	groups *capacity.GroupController
}

const templateID = "lt-0fedcba9876543210"

// runGroups starts both controllers.
func runGroups(w *world) *groupWorld {
	w.Helper()
	w.run()
	g := &groupWorld{w, capacity.NewGroups(capacity.GroupOptions{Store: w.store, Clock: w.clock, Log: slog.New(slog.DiscardHandler)})}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { g.groups.Run(ctx) })
	w.Cleanup(func() { cancel(); running.Wait() })
	return g
}

// settle waits until no controller has woken another one.
func (w *groupWorld) settle() {
	w.Helper()
	for before := w.store.Woken() - 1; before != w.store.Woken(); {
		before = w.store.Woken()
		for _, wait := range []func(context.Context) error{w.groups.Idle, w.controller.Idle, w.groups.Idle} {
			if err := wait(context.Background()); err != nil {
				w.Fatal(err)
			}
		}
	}
}

// makeGroup makes a launch template and a group in three zones.
func (w *world) makeGroup(desired int32) {
	w.Helper()
	w.update(func(tx *store.Tx) {
		ec2.PutLaunchTemplate(tx, &ec2.LaunchTemplate{Scope: scope, ID: templateID, Name: "ecs", Default: 1, Latest: 2})
		for n := range int64(2) {
			ec2.PutLaunchTemplateVersion(tx, &ec2.LaunchTemplateVersion{Scope: scope, TemplateID: templateID, Number: n + 1, Data: &types.ResponseLaunchTemplateData{
				ImageId: ptr("ami-0123456789abcdef0"), InstanceType: types.InstanceTypeT3Micro,
				TagSpecifications: []types.LaunchTemplateTagSpecification{{
					ResourceType: types.ResourceTypeInstance, Tags: []types.Tag{{Key: ptr("from"), Value: ptr("template")}, {Key: ptr("team"), Value: ptr("template")}},
				}},
			}})
		}
		autoscaling.PutGroup(tx, &autoscaling.Group{
			Scope: scope, Name: "ecs", ID: "1", CreatedAt: w.clock.Now(), Min: 0, Max: 9, Desired: desired, Zones: ec2network.Zones(scope.Region),
			Source: autoscaling.Source{LaunchTemplate: &astypes.LaunchTemplateSpecification{
				LaunchTemplateId: ptr(templateID), LaunchTemplateName: ptr("ecs"), Version: ptr("$Latest"),
			}},
			TerminationPolicies: []string{"Default"},
			Tags:                []autoscaling.Tag{{Key: "hidden", Value: "x"}, {Key: "team", Value: "group", Propagate: true}},
		})
	})
}

func (w *world) changeGroup(change func(g *autoscaling.Group)) {
	w.Helper()
	w.update(func(tx *store.Tx) {
		g := *w.group()
		change(&g)
		autoscaling.PutGroup(tx, &g)
	})
}

func (w *world) group() *autoscaling.Group {
	return autoscaling.FindGroup(w.store.Read(), scope, "ecs")
}

func (w *world) members() []*autoscaling.Member {
	return autoscaling.AllMembers(w.store.Read(), scope)
}

// inService returns the ids of instances in service, and checks that no others run.
func (w *world) inService() (ids []string) {
	w.Helper()
	for _, m := range w.members() {
		if m.State != astypes.LifecycleStateInService || w.instance(m.InstanceID).State() != running {
			w.Errorf("%s is %s, and %s at EC2", m.InstanceID, m.State, w.instance(m.InstanceID).State())
		}
		ids = append(ids, m.InstanceID)
	}
	for _, i := range ec2.Instances(w.store.Read(), scope) {
		if i.State() != terminated && !slices.Contains(ids, i.ID) {
			w.Errorf("%s belongs to no group", i.ID)
		}
	}
	return ids
}

func TestAGroupKeepsItsDesiredCapacity(t *testing.T) {
	w := runGroups(newWorld(t, ""))
	w.makeGroup(3)
	w.settle()
	first := w.inService()
	zones := map[string]bool{}
	for _, m := range w.members() {
		zones[m.Zone] = true
		if *m.LaunchTemplate.Version != "2" {
			t.Errorf("launched from version %s", *m.LaunchTemplate.Version)
		}
	}
	if len(first) != 3 || len(zones) != 3 {
		t.Fatalf("%d instances in %d zones", len(first), len(zones))
	}
	tags := ec2network.FindTags(w.store.Read(), scope, first[0])
	for key, want := range map[string]string{
		"from": "template", "team": "group", "hidden": "", "aws:autoscaling:groupName": "ecs",
		"aws:ec2launchtemplate:id": templateID, "aws:ec2launchtemplate:version": "2",
	} {
		if tags[key] != want {
			t.Errorf("tag %s: %q, want %q", key, tags[key], want)
		}
	}

	w.want(first[1], terminated)
	w.settle()
	if now := w.inService(); len(now) != 3 || slices.Contains(now, first[1]) {
		t.Errorf("one of %v is terminated: %v", first, now)
	}
	w.want(first[0], stopped)
	w.settle()
	if now := w.inService(); len(now) != 3 || slices.Contains(now, first[0]) || w.instance(first[0]).State() != terminated {
		t.Errorf("one of %v is stopped: %v", first, now)
	}
	w.changeGroup(func(g *autoscaling.Group) { g.Desired = 1 })
	w.settle()
	if now := w.inService(); len(now) != 1 {
		t.Errorf("one is desired: %v", now)
	}
	w.changeGroup(func(g *autoscaling.Group) { g.ForceDeleted = true })
	w.settle()
	if now := w.inService(); len(now) != 0 || w.group() != nil {
		t.Errorf("deleted with force: %v, %+v", now, w.group())
	}
	for _, a := range autoscaling.Activities(w.store.Read(), scope, "ecs") {
		if a.Status != astypes.ScalingActivityStatusCodeSuccessful || a.Progress != 100 || a.EndTime.IsZero() {
			t.Errorf("activity %+v", a)
		}
	}
}

// A group that was deleted with force takes the alarms of its policies along when its last instance is gone.
func TestAGroupThatIsForcedToGoTakesItsAlarmsAlong(t *testing.T) {
	w := runGroups(newWorld(t, ""))
	w.makeGroup(1)
	w.settle()
	p := &autoscaling.Policy{Scope: scope, Group: "ecs", Name: "ECSManagedAutoScalingPolicy-1", ID: "1"}
	w.update(func(tx *store.Tx) {
		autoscaling.PutPolicy(tx, p)
		cloudwatch.Alarms.Put(tx, &cloudwatch.Alarm{Scope: scope, Name: p.AlarmName(autoscaling.AlarmLow)})
	})
	w.changeGroup(func(g *autoscaling.Group) { g.ForceDeleted, g.Desired = true, 0 })
	w.settle()
	if w.group() != nil || cloudwatch.Alarms.Find(w.store.Read(), scope, p.AlarmName(autoscaling.AlarmLow)) != nil {
		t.Error("the group or its alarm is still there")
	}
}

// A launch that fails is told in an activity, and tried again: later, or when the group is
// updated.
func TestALaunchThatFails(t *testing.T) {
	w := runGroups(newWorld(t, ""))
	w.makeGroup(0)
	w.update(func(tx *store.Tx) { ec2.DeleteLaunchTemplate(tx, ec2.FindLaunchTemplate(tx, scope, templateID)) })
	w.changeGroup(func(g *autoscaling.Group) { g.Desired = 2 })
	w.settle()
	failed := autoscaling.Activities(w.store.Read(), scope, "ecs")
	const why = "The specified launch template, with template ID " + templateID + ", does not exist. Launching EC2 instance failed."
	if len(failed) != 1 || failed[0].Status != astypes.ScalingActivityStatusCodeFailed || failed[0].StatusMessage != why {
		t.Fatalf("got %+v", failed)
	}
	w.makeGroup(0) // the template is back; the group is as new
	w.changeGroup(func(g *autoscaling.Group) { g.Desired, g.Failures, g.FailedAt = 2, 1, w.clock.Now() })
	w.settle()
	if n := len(w.members()); n > 0 {
		t.Fatalf("%d instances without a pause", n)
	}
	w.clock.Advance(context.Background(), time.Minute)
	w.settle()
	if now := w.inService(); len(now) != 2 || w.group().Failures != 0 {
		t.Errorf("%v after a pause, %d failures", now, w.group().Failures)
	}
}

// A subnet without free addresses is told in an activity, in words of AWS, and tried again.
func TestAGroupInAFullSubnet(t *testing.T) {
	w := runGroups(newWorld(t, ""))
	subnets, _ := ec2network.DefaultNetwork(scope)
	var others []*ec2.Instance
	w.update(func(tx *store.Tx) {
		var err error
		others, err = ec2.Launch(tx, ec2.RoomIn(tx, state.TaskInterfaces(tx)), ec2.Spec{Scope: scope, Count: 4090, At: w.clock.Now(), Type: "t3.micro", Subnet: subnets[0]})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range others {
			there := *i
			there.Reached, there.PrivateIP = running, "172.31.0.4"
			ec2.PutInstance(tx, &there)
		}
	})
	w.makeGroup(0)
	w.changeGroup(func(g *autoscaling.Group) { g.Desired, g.Zones = 2, []string{subnets[0].Zone} })
	w.settle()
	const why = "There are not enough free addresses in subnet 'subnet-0ec5e3a1a70000001' to satisfy the requested number of instances. Launching EC2 instance failed."
	failed := func() (n int) {
		for _, a := range autoscaling.Activities(w.store.Read(), scope, "ecs") {
			if a.StatusMessage == why && a.Status == astypes.ScalingActivityStatusCodeFailed && a.Subnet == subnets[0].ID {
				n++
			}
		}
		return n
	}
	if launched := len(w.members()); launched != 1 || failed() != 1 {
		t.Fatalf("%d instances and %d failures with one free address", launched, failed())
	}
	w.clock.Advance(context.Background(), time.Minute)
	w.settle()
	if launched := len(w.members()); launched != 1 || failed() != 2 {
		t.Fatalf("%d instances and %d failures after a minute", launched, failed())
	}
	w.want(others[0].ID, terminated)
	w.settle() // the address is free before the group tries again
	w.clock.Advance(context.Background(), 2*time.Minute)
	w.settle()
	if launched := len(w.members()); launched != 2 || w.group().Failures != 0 {
		t.Errorf("%d instances after an address came free, %d failures", launched, w.group().Failures)
	}
}

// The security groups of a launch template belong to the VPC of the group's subnets.
func TestAGroupInAVPCOfOnesOwn(t *testing.T) {
	w := runGroups(newWorld(t, ""))
	w.makeGroup(0)
	w.update(func(tx *store.Tx) {
		ec2network.PutVPC(tx, &ec2network.VPC{Scope: scope, ID: "vpc-1", CIDR: "10.1.0.0/16"})
		ec2network.PutSubnet(tx, &ec2network.Subnet{Scope: scope, ID: "subnet-1", VPC: "vpc-1", Zone: "us-east-1b", Range: "10.1.2.0/24"})
		ec2network.PutSecurityGroup(tx, &ec2network.SecurityGroup{Scope: scope, ID: "sg-1", VPC: "vpc-1", Name: "web"})
		version := *ec2.Version(tx, ec2.FindLaunchTemplate(tx, scope, templateID), "2")
		data := *version.Data
		data.SecurityGroupIds = []string{"sg-1"}
		version.Data = &data
		ec2.PutLaunchTemplateVersion(tx, &version)
	})
	w.changeGroup(func(g *autoscaling.Group) {
		g.Desired, g.Zones, g.Subnets = 1, []string{"us-east-1b"}, []string{"subnet-1"}
	})
	w.settle()
	started := w.inService()
	if len(started) != 1 {
		for _, a := range autoscaling.Activities(w.store.Read(), scope, "ecs") {
			t.Error(a.StatusMessage)
		}
		t.Fatalf("%d instances run", len(started))
	}
	if i := w.instance(started[0]); i.Subnet != "subnet-1" || !slices.Equal(i.SecurityGroups, []string{"sg-1"}) {
		t.Errorf("launched in %s with %v", i.Subnet, i.SecurityGroups)
	}
}

// What a controller has not done, the next one does, and nothing twice.
func TestGroupsGoOnAfterARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	for _, step := range []struct {
		change func(w *world)
		want   int
	}{
		{func(w *world) { w.makeGroup(3) }, 3},
		{func(w *world) { w.want(w.members()[0].InstanceID, terminated) }, 3},
		{func(w *world) { w.changeGroup(func(g *autoscaling.Group) { g.Desired = 5 }) }, 5},
		{func(w *world) { w.changeGroup(func(g *autoscaling.Group) { g.Desired = 2 }) }, 2},
		{func(w *world) {}, 2},
		{func(w *world) { w.changeGroup(func(g *autoscaling.Group) { g.ForceDeleted = true }) }, 0},
	} {
		for _, running := range []bool{false, true} {
			t.Run("", func(t *testing.T) {
				w := newWorld(t, path)
				if !running {
					step.change(w)
					return
				}
				g := runGroups(w)
				g.settle()
				if now := w.inService(); len(now) != step.want {
					t.Errorf("%d instances, want %d", len(now), step.want)
				}
			})
		}
	}
}
