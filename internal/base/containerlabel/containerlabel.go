// Package containerlabel names the labels that each container of a task has on an engine, by which tools find it.
// Source: ECS developer guide, labels that the container agent sets; recorded metadata of a Fargate task.
package containerlabel

// Cluster is the cluster as the container agent calls it: by its ARN on Fargate, else by its name.
const (
	Cluster   = "com.amazonaws.ecs.cluster"
	Container = "com.amazonaws.ecs.container-name"
	Task      = "com.amazonaws.ecs.task-arn"
	Family    = "com.amazonaws.ecs.task-definition-family"
	Revision  = "com.amazonaws.ecs.task-definition-version"
)
