/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ringctl migrate: what its files share.
 */
#ifndef RINGCTL_MIGRATE_MIGRATE_H
#define RINGCTL_MIGRATE_MIGRATE_H

#include <hashring/migrate.h>

#include "cli/past/past.h"

/* Figures and JSON (print.c, json.c). */
double migration_part(const struct hashring_migration *m);
bool migration_ended(const struct hashring_migration *m);
bool migration_undone(const struct hashring_migration *m);
void print_state(FILE *f, __u32 state, const char *reason);
void print_position(FILE *f, __u64 frontier);
void print_way(FILE *f, const struct hashring_step *step);
void print_step(FILE *f, const struct hashring_step *step);
void print_migration_body(FILE *f, const struct hashring_migration *m);
void print_migration(FILE *f, const struct hashring_migration *m);
void print_tracked(FILE *f, const struct hashring_tracked *t);
json_t *migration_to_json(const struct hashring_migration *m);
json_t *tracked_to_json(const struct hashring_tracked *t);

/* Commands (run.c, step.c, list.c, wait.c). */
extern const struct arg migrate_run_args[];
extern const struct arg migrate_step_args[];
extern const struct arg migrate_list_args[];
extern const struct arg migrate_wait_args[];

int migrate_run(struct args *a);
int migrate_run_check(struct args *a);
int migrate_step(struct args *a);
int migrate_steps(struct args *a);
int migrate_flows(struct args *a);
int migrate_wait(struct args *a);

/* For all commands that send a request (migrate.c). */
int migrate_told(struct hashring *h, const char *ring, int err,
		 struct hashring_migration *m);

int migration_tell(struct hashring *h, struct hashring_migration *m);

/* undone.c */
int undone_print(struct hashring *h, const struct hashring_migration *m);

#endif
