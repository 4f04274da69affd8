package lifecycle

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacity/registration"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed/instancetype"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

// read gathers what a decision about a capacity provider needs; ok is false if it is none of managed instances, or over.
func (c *controller) read(tx *store.Tx, provider string) (v View, room *ec2.Room, ok bool) {
	scope := arn.ScopeOf(provider)
	p := capacityprovider.Providers.Find(tx, scope, arn.Name(provider))
	if p == nil || p.Managed == nil || p.Status == types.CapacityProviderStatusInactive {
		return v, nil, false
	}
	v = View{Provider: p, Now: c.Clock.Now(), Most: -1}
	v.Reserved.CPU, v.Reserved.Memory = daemon.Reserved(tx, provider)
	places := map[string]int{} // of the instances, by the ARN of the container instance
	loadOf, end := c.loads.of(tx, provider)
	defer end()
	for _, row := range managed.Instances(tx, provider) {
		each := instance(tx, row, loadOf)
		if each.Registered != nil {
			places[each.Registered.ARN] = len(v.Instances)
		}
		v.Instances = append(v.Instances, each)
	}
	cluster := state.Clusters.Get(tx, scope.Cluster(p.Cluster))
	if !cluster.Active() {
		return v, nil, true
	}
	template := p.Managed.InstanceLaunchTemplate
	v.Types = instancetype.Eligible(ec2.InstanceTypes(tx), template.InstanceRequirements)
	for _, id := range template.NetworkConfiguration.Subnets {
		if s := ec2network.FindSubnet(tx, scope, id); s != nil {
			v.Subnets = append(v.Subnets, s)
		}
	}
	room = ec2.RoomIn(tx, state.TaskInterfaces(tx)).Without(c.Outages.View()).On(c.Engines.View())
	v.Free = room.Free
	if most, bound := c.Quotas.Of(quota.ContainerInstances); bound {
		v.Most = max(0, most-state.FindClusterSummary(tx, cluster.ARN).ContainerInstances-v.joining())
	}
	c.readWaiting(tx, &v, cluster, places)
	return v, room, true
}

// joining are the instances that come and are not registered.
func (v *View) joining() (n int) {
	for i := range v.Instances {
		if each := &v.Instances[i]; !each.gone() && !each.ending() && !each.registered() {
			n++
		}
	}
	return n
}

func instance(tx *store.Tx, row *managed.Instance, loadOf func(string) load) Instance {
	i := Instance{Row: row, EC2: ec2.FindInstance(tx, row.Scope, row.ID)}
	if i.EC2 == nil {
		return i
	}
	i.Type = ec2.FindInstanceType(tx, i.EC2.Type)
	if i.EC2.ContainerInstance == "" {
		return i
	}
	i.Registered = state.FindContainerInstance(tx, i.EC2.ContainerInstance)
	found := loadOf(i.EC2.ContainerInstance)
	i.Tasks, i.Others, i.Load = found.tasks, found.others, found.need
	return i
}

func need(r *state.Reservation, architecture string) instancetype.Need {
	n := instancetype.Need{Architecture: architecture}
	if r != nil {
		n.CPU, n.Memory = r.CPU, r.Memory
		if r.ENI {
			n.ENIs = 1
		}
	}
	return n
}

// readWaiting finds the tasks for which no instance has room. The placer will place the others.
func (c *controller) readWaiting(tx *store.Tx, v *View, cluster *state.Cluster, places map[string]int) {
	waiting := slices.DeleteFunc(state.WaitingTasks(tx, cluster.ARN, v.Provider.Name), func(t *state.Task) bool { return t.Stop != nil })
	if len(waiting) == 0 || len(v.Subnets) == 0 {
		return
	}
	sorting.By(waiting, func(a, b *state.Task) int { return a.Spec.CreatedAt.Compare(b.Spec.CreatedAt) })
	pool := placement.NewPool(tx, cluster, placement.NewChance(1))
	demand := task.WaitingDemands(tx, c.Engines.View().In(tx))
	full, suits := map[*placement.Demand]bool{}, suited(v, cluster)
	for _, t := range waiting {
		asked := demand(t)
		if asked == nil {
			continue
		}
		if !full[asked] {
			place, _ := pool.Place(asked)
			if place.ContainerInstance != "" {
				if at, own := places[place.ContainerInstance]; own {
					v.Instances[at].Claims = append(v.Instances[at].Claims, t.Spec.Group)
				}
				continue
			}
			full[asked] = true
		}
		v.Waiting = append(v.Waiting, wait(tx, t, asked, suits(asked)))
		v.countGroup(tx, cluster.ARN, t.Spec.Group)
	}
}

func wait(tx *store.Tx, t *state.Task, asked *placement.Demand, suits func(*ec2.InstanceType, string) bool) Wait {
	w := Wait{Task: t.ARN, Group: t.Spec.Group, Need: need(t.Spec.Reserved, architecture(tx, t)), Alone: asked.Alone(), Suits: suits}
	if r := t.Spec.Reserved; r != nil {
		w.GPUs = r.GPUs
		for _, port := range r.Ports {
			w.Ports = append(w.Ports, fmt.Sprint(port))
		}
		for _, port := range r.PortsUDP {
			w.Ports = append(w.Ports, fmt.Sprint(port)+"/udp")
		}
	}
	return w
}

// architecture is what a task runs on: for one whose definition does not say, x86_64. Source: ECS API reference, RuntimePlatform.
func architecture(tx *store.Tx, t *state.Task) string {
	definition := taskdefinition.Find(tx, t.Scope(), t.Spec.Family, t.Spec.Revision)
	if definition == nil {
		return ec2.X86
	}
	if platform := definition.Definition().RuntimePlatform; platform != nil && platform.CpuArchitecture == types.CPUArchitectureArm64 {
		return ec2.ARM
	}
	return ec2.X86
}

// countGroup counts the tasks of a group by zone, once.
func (v *View) countGroup(tx *store.Tx, cluster, group string) {
	if v.InZones[group] != nil {
		return
	}
	if v.InZones == nil {
		v.InZones = map[string]map[string]int{}
	}
	v.InZones[group] = map[string]int{}
	for _, t := range state.GroupTasks(tx, cluster, group) {
		if t.Stop == nil && !t.Waits() {
			v.InZones[group][t.Placement.Zone]++
		}
	}
}

// suited makes for a demand the question whether an instance of a type in a zone would suit its tasks: it is held against what such an
// instance registers.
func suited(v *View, cluster *state.Cluster) func(*placement.Demand) func(*ec2.InstanceType, string) bool {
	type where struct{ typ, zone string }
	instances := map[where]*state.ContainerInstance{}
	known := map[*placement.Demand]func(*ec2.InstanceType, string) bool{}
	return func(d *placement.Demand) func(*ec2.InstanceType, string) bool {
		if known[d] == nil {
			answers := map[where]bool{}
			known[d] = func(t *ec2.InstanceType, zone string) bool {
				at := where{t.Name, zone}
				answer, asked := answers[at]
				if !asked {
					if instances[at] == nil {
						instances[at] = wouldBe(v, cluster, t, zone)
					}
					answer = instances[at] != nil && d.Suits(instances[at])
					answers[at] = answer
				}
				return answer
			}
		}
		return known[d]
	}
}

// wouldBe is the container instance that an instance of a type in a zone would register; nil if there is no subnet.
func wouldBe(v *View, cluster *state.Cluster, t *ec2.InstanceType, zone string) *state.ContainerInstance {
	at := slices.IndexFunc(v.Subnets, func(s *ec2network.Subnet) bool { return s.Zone == zone })
	if at < 0 {
		return nil
	}
	image := imageFor(v.Provider.Scope().Region, t)
	i := &ec2.Instance{Scope: v.Provider.Scope(), Type: t.Name, ImageID: image.ID, Zone: zone, Subnet: v.Subnets[at].ID, VPC: v.Subnets[at].VPC}
	made := registration.ContainerInstance(i, cluster, t, image, v.Now)
	made.LaunchType, made.CapacityProvider = types.LaunchTypeManagedInstances, v.Provider.Name
	return made
}

// imageFor is the image of managed instances. Source: ECS developer guide, Amazon ECS Managed Instances: they run Bottlerocket.
func imageFor(region string, t *ec2.InstanceType) *ec2.Image {
	return ec2.ImageByParameter(region, "/aws/service/bottlerocket/aws-ecs-2/"+t.Architecture+"/latest/image_id")
}

// tags are what an instance has that is launched for a provider.
func tags(p *capacityprovider.Provider) map[string]string {
	tags := map[string]string{}
	if p.Managed.PropagateTags == types.PropagateMITagsCapacityProvider {
		for _, t := range p.Tags {
			tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
		}
	}
	return tags
}
