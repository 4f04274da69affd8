package state

// FargateCPU counts the CPU units that tasks have of Fargate, until they are STOPPED. When AWS gives the
// vCPUs of a task back is not published: here with its end, as a container instance has its room back.
type FargateCPU struct{ OnDemand, Spot int }
