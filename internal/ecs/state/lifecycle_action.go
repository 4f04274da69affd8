package state

// LifecycleAction is what EC2 Auto Scaling tells EventBridge when a lifecycle hook has an instance wait.
// It has nothing to do with the lifecycle hooks of a service deployment. State makes its ID.
type LifecycleAction struct {
	ID              string
	GroupARN, Group string // the Auto Scaling group
	InstanceID      string
	Token, Hook     string
	Launches        bool // it waits in Pending:Wait, else in Terminating:Wait
	Metadata        string
}
