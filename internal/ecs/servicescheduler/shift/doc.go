// Package shift takes a service deployment through the stages of the strategies that shift traffic:
// BLUE_GREEN, CANARY and LINEAR. It is pure: rows, rules and hooks in; the stage that it has come to, the
// weights that rules are to have, and the hooks that are asked out.
//
//	result := shift.Advance(situation)
//
// Traffic is what the target revision, green, has of it in percent; the source revision, blue, has the
// rest. Source: ECS developer guide, blue/green, linear and canary deployments.
package shift
