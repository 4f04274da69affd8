package placement

// WaysToInstances is for the log where a task finds no container instance: AWS's words for
// that do not tell how the emulator comes to have some.
const WaysToInstances = "a task finds no container instance in its cluster: have instances with --capacity, or launch them with RunInstances " +
	"or an Auto Scaling group, with the cluster in their user data; or use launch type FARGATE, which --default-launch-type makes the default"
