// Package loadbalancer is to the rows of load balancing what the agent is to those of tasks:
// it makes them true.
package loadbalancer
