// Package doctor judges what was found on a machine and of its container engine: facts in, checks out. It says in
// ECS's words what will not work, and what to do about it.
//
//	doctor.JudgeClock(engine) // {"clock", "degraded", "the engine's clock is 3m0s behind this machine's: …", …}
//
// Package machine finds the facts of the machine, the engine tells its own, and package examination puts both together.
// [Try] alone acts: it makes a sandbox and removes it.
package doctor
