package emulator

import "github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"

// What [Server.Costs] tells. Each is a struct of figures; see docs/guide/costs.md for what is counted, and how.
type (
	// Costs is what a run would have cost on AWS. A cost is nil where a price is not known, and Unpriced names that.
	Costs = costs.Report
	// ServiceCosts are what the tasks of a service cost, by capacity and by deployment.
	ServiceCosts = costs.Service
	// StandaloneCosts are what tasks cost that belong to no service, by family.
	StandaloneCosts = costs.Standalone
	// DeploymentCosts tells what a deployment ran beyond the desired count of its service, and what that cost.
	DeploymentCosts = costs.Deployment
	// CapacityUsage is what tasks used on one capacity and architecture.
	CapacityUsage = costs.Usage
)

// Costs tells what all that the emulator has run would have cost on AWS, in US dollars at list prices, by the emulator's clock:
// Fargate from the start of the pull to the end of a task, a minute at least; EC2 instances while they run; load balancers, public
// addresses, NAT gateways and log events. What still runs counts until now, and what has ended counts although ECS no longer shows
// it. After Reset there is nothing.
func (s *Server) Costs() Costs {
	return s.parts.costs.Report(s.closing)
}
