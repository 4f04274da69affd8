package bill

import "github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"

// notCounted lists what AWS bills and the report leaves out.
func notCounted(r *report) []costs.NotCounted {
	list := []costs.NotCounted{
		{What: "tasks on Fargate whose image cannot be pulled", Why: "ECS shows no pullStartedAt of them, from which AWS bills a task"}, // ECS0002
		{What: "data transfer, and GB that NAT gateways process", Why: "the emulator does not count bytes by where they go"},
		{What: "EBS volumes", Why: "their GB-months are not counted; ephemeral storage of Fargate above 20 GB is"},
		{What: "ECR: stored images", Why: "images of the local registry are not stored at AWS"},
		{What: "CloudWatch: alarms, metrics, Container Insights, stored logs", Why: "only log events that come in are counted"},
		{What: "rule evaluations of Application Load Balancers", Why: "the first ten rules of a request are free, and more are not counted: capacity units are counted by new connections, active connections and bytes"},
		{What: "Secrets Manager, Parameter Store, Cloud Map, EventBridge, Lambda", Why: "calls and stored values are not counted"},
		{What: "ECS Anywhere", Why: "the table has no such figures"},
		{What: "container instances registered by hand", Why: "the emulator does not know what they are"},
		{What: "what ended in an earlier version without costs, and Elastic IP addresses from there", Why: "sums begin with the first start of a version that has them"},
		{What: "free tier, Savings Plans, Reserved Instances, taxes", Why: "prices are list prices; a plan bills each hour of its term, used or not"},
	}
	if r.in.Logs == nil {
		list = append(list, costs.NotCounted{What: "CloudWatch Logs", Why: "log events go to the upstream, by --upstream-for logs"})
	}
	if r.partial() {
		list = append(list, costs.NotCounted{
			What: "instances, load balancers, NAT gateways, other public addresses, logs", Why: "they belong to no one cluster or service; ask for all",
		})
	}
	return list
}
