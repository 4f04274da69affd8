package ec2

import (
	"cmp"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Spec is what instances are launched from. Its maker has checked it.
type Spec struct {
	Scope  arn.Scope
	Count  int
	Least  int // how many are enough if there is no room for more; zero: Count
	At     time.Time
	Type   string
	Image  string
	Subnet *ec2network.Subnet

	PublicIP       *bool    // nil: as the subnet says
	SecurityGroups []string // empty: the default one
	Profile        *types.IamInstanceProfile
	UserData       string // in base64
	KeyName        string
	Monitoring     bool
	EBSOptimized   bool
	Protected      bool
	StopProtected  bool
	Shutdown       types.ShutdownBehavior
	Metadata       *types.InstanceMetadataOptionsRequest
	Tags           map[string]string
	ClientToken    string
	RequesterID    string
	Operator       string
	Group          string            // Auto Scaling group
	Spot           *Spot             // without a request, which Launch makes; nil: On-Demand Instances
	RequestTags    map[string]string // of Spot Instance requests
	// Agent, if it is not nil, stands for what user data and image say.
	Agent *Agent
}

// Launch writes new instances of one reservation, which begin as pending. It refuses what
// the subnet has no room for.
func Launch(tx *store.Tx, room *Room, spec Spec) ([]*Instance, error) {
	count := min(spec.Count, room.Free(spec.Subnet))
	if count < cmp.Or(spec.Least, spec.Count) {
		return nil, room.Refusal(spec.Subnet)
	}
	room.used[roomOf(spec.Subnet)] += count
	agent := AgentOf(spec.Scope.Region, spec.Image, spec.UserData)
	if spec.Agent != nil {
		agent = *spec.Agent
	}
	groups := spec.SecurityGroups
	if len(groups) == 0 {
		groups = []string{ec2network.DefaultGroupOf(tx, spec.Scope, spec.Subnet.VPC).ID}
	}
	public := spec.Subnet.MapPublicIP
	if spec.PublicIP != nil {
		public = *spec.PublicIP
	}
	reservation := NewID("r-")
	var launched []*Instance
	for n := range count {
		engine, err := room.engineFor(&spec)
		if err != nil {
			return nil, err // for the first as for all
		}
		i := &Instance{
			Scope: spec.Scope, ID: NewID("i-"), ReservationID: reservation, RequesterID: spec.RequesterID,
			LaunchIndex: int32(n), ClientToken: spec.ClientToken,
			Type: spec.Type, ImageID: spec.Image, Zone: spec.Subnet.Zone, Subnet: spec.Subnet.ID, VPC: spec.Subnet.VPC,
			PublicIP: public, SecurityGroups: groups, Profile: spec.Profile, UserData: spec.UserData, KeyName: spec.KeyName,
			Monitoring: spec.Monitoring, EBSOptimized: spec.EBSOptimized, Protected: spec.Protected, Metadata: spec.Metadata,
			StopProtected: spec.StopProtected, ShutdownBehavior: spec.Shutdown,
			Operator: spec.Operator, Group: spec.Group, Agent: agent, Host: engine,
			Wanted: types.InstanceStateNameRunning, WantedAt: spec.At, LaunchAt: spec.At,
		}
		if spec.Spot != nil {
			i.Spot = &Spot{RequestID: NewID("sir-"), MaxPrice: spec.Spot.MaxPrice}
			ec2network.SetTags(tx, i.Scope, i.Spot.RequestID, spec.RequestTags)
		}
		PutInstance(tx, i)
		ec2network.SetTags(tx, i.Scope, i.ID, spec.Tags)
		launched = append(launched, i)
	}
	return launched, nil
}

// AgentOf is what the container agent of an instance does: what user data says or,
// without a line of it, what an ECS-optimized image does by itself.
// Source: ECS developer guide, container agent configuration: the agent of an
// ECS-optimized image joins the cluster default. With initialized, cfn-init has been called.
func AgentOf(region, image, userData string, initialized ...string) Agent {
	agent := ReadUserData(userData, initialized...)
	if agent.Cluster == "" && FindImage(region, image) != nil {
		agent.Cluster = "default"
	}
	return agent
}

// NewID makes the id of a resource of EC2: a prefix and 17 hex digits.
func NewID(prefix string) string { return prefix + arn.NewID()[:17] }
