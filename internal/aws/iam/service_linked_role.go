package iam

import (
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// linkedRole is what AWS makes for a service.
type linkedRole struct {
	service, role, description, policy string
	suffix                             bool // whether there may be several, told by a suffix
}

// linkedRoles are those that ECS users meet. Source: recorded answers (IAM0008); AWS
// managed policy reference and the guides of the services for the rest.
var linkedRoles = []linkedRole{
	{service: ECS, role: ecsRole, policy: "AmazonECSServiceRolePolicy",
		description: "Policy to enable Amazon ECS to manage your EC2 instances and related resources."},
	{service: "ecs.application-autoscaling.amazonaws.com", role: "AWSServiceRoleForApplicationAutoScaling_ECSService",
		policy: "AWSApplicationAutoscalingECSServicePolicy"},
	{service: "autoscaling.amazonaws.com", role: "AWSServiceRoleForAutoScaling", policy: "AutoScalingServiceRolePolicy", suffix: true,
		description: "Default Service-Linked Role enables access to AWS Services and Resources used or managed by Auto Scaling"},
	{service: "elasticloadbalancing.amazonaws.com", role: "AWSServiceRoleForElasticLoadBalancing",
		policy: "AWSElasticLoadBalancingServiceRolePolicy", description: "Allows ELB to call AWS services on your behalf."},
	{service: "spot.amazonaws.com", role: "AWSServiceRoleForEC2Spot", policy: "AWSEC2SpotServiceRolePolicy",
		description: "Default EC2 Spot Service Linked Role"},
	{service: "spotfleet.amazonaws.com", role: "AWSServiceRoleForEC2SpotFleet", policy: "AWSEC2SpotFleetServiceRolePolicy",
		description: "Default EC2 Spot Fleet Service Linked Role"},
}

// Names of services to IAM, and the linked role of ECS.
const (
	ECS                    = "ecs.amazonaws.com"
	AutoScaling            = "autoscaling.amazonaws.com"
	ApplicationAutoScaling = "ecs.application-autoscaling.amazonaws.com" // for ECS
	LoadBalancing          = "elasticloadbalancing.amazonaws.com"

	ecsRole = "AWSServiceRoleForECS"
)

// NewServiceLinkedRole makes the row of the role that is linked to a service, nil if it
// is not known. suffixed says whether such roles may have a suffix.
func NewServiceLinkedRole(a Account, service string, now time.Time) (made *Role, suffixed bool) {
	i := slices.IndexFunc(linkedRoles, func(l linkedRole) bool { return l.service == service })
	if i < 0 {
		return nil, false
	}
	l := linkedRoles[i]
	return &Role{
		Account: a, Name: l.role, ID: NewID(RoleID), Path: "/aws-service-role/" + service + "/",
		CreatedAt: now.UTC().Truncate(time.Second),
		TrustPolicy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + service +
			`"},"Action":"sts:AssumeRole"}]}`,
		Description: l.description, MaxSessionDuration: DefaultSessionDuration, LinkedTo: service,
		Permissions: Permissions{Attached: []string{Account{Partition: a.Partition, ID: awsAccount}.arn("policy", "/aws-service-role/", l.policy)}},
	}, l.suffix
}

// DefaultSessionDuration of roles made without one, in seconds.
const DefaultSessionDuration = 3600

// EnsureECSRole makes the role that is linked to ECS where the account has none, as the
// first cluster does (IAM0008).
func EnsureECSRole(tx *store.Tx, a Account, now time.Time) { ensureRole(tx, a, ECS, now) }

// HasECSRole reports whether an account has the role that is linked to ECS.
func HasECSRole(tx *store.Tx, a Account) bool {
	return Roles.Find(tx, a, ecsRole) != nil
}

// EnsureAutoScalingRole makes the role that is linked to EC2 Auto Scaling where the account
// has none, as the first group does, and returns its ARN.
// Source: EC2 Auto Scaling user guide, service-linked roles.
func EnsureAutoScalingRole(tx *store.Tx, a Account, now time.Time) string {
	return ensureRole(tx, a, AutoScaling, now).ARN()
}

// EnsureApplicationAutoScalingRole makes the role that is linked to Application Auto Scaling for
// ECS where the account has none, as the first scalable target of a service does, and returns its
// ARN. Source: Application Auto Scaling user guide, service-linked roles.
func EnsureApplicationAutoScalingRole(tx *store.Tx, a Account, now time.Time) string {
	return ensureRole(tx, a, ApplicationAutoScaling, now).ARN()
}

// EnsureLoadBalancingRole makes the role that is linked to Elastic Load Balancing where the
// account has none, as the first load balancer does. Source: Elastic Load Balancing user
// guide, service-linked role.
func EnsureLoadBalancingRole(tx *store.Tx, a Account, now time.Time) {
	ensureRole(tx, a, LoadBalancing, now)
}

// MissingServiceLinkedRole is the ARN of the role that is linked to a service that is known, where the account has none yet;
// else it is empty.
func MissingServiceLinkedRole(tx *store.Tx, a Account, service string) string {
	made, _ := NewServiceLinkedRole(a, service, time.Time{})
	if Roles.Find(tx, a, made.Name) != nil {
		return ""
	}
	return made.ARN()
}

func ensureRole(tx *store.Tx, a Account, service string, now time.Time) *Role {
	made, _ := NewServiceLinkedRole(a, service, now)
	if found := Roles.Find(tx, a, made.Name); found != nil {
		return found
	}
	Roles.Put(tx, made)
	return made
}

// Deletion is what became of a request to delete a service-linked role.
type Deletion struct {
	Account Account
	ID      string // task/aws-service-role/<service>/<role>/<uuid>
	// InUse are the ARNs of resources that need the role, by region: it stays.
	InUse []RegionUse
}

// RegionUse lists resources of a region.
type RegionUse struct {
	Region    string
	Resources []string
}

// Deletions are the deletions of service-linked roles of accounts, by their ids.
var Deletions = store.NewScoped("iam-role-deletion", deletionKey, func(d *Deletion) string { return deletionKey(d.Account, d.ID) })

func deletionKey(a Account, id string) string { return a.prefix() + id }

// DeletionPrefix is what the ids of a role's deletions start with.
func DeletionPrefix(r *Role) string {
	return "task" + strings.TrimSuffix(r.Path, "/") + "/" + r.Name + "/"
}
